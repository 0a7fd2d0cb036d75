/** Why an output does not deliver, or a receiver was not reached; a closed list. */
export type OutputProblem =
  | 'connection_refused'
  | 'host_not_found'
  /** The name resolves to an address that must not be dialled. */
  | 'host_not_public'
  | 'connect_timeout'
  | 'connection_lost'
  | 'certificate_invalid'
  | 'tls_failed'
  /** The connection is plain and the server speaks TLS. */
  | 'tls_expected'
  | 'not_rtmp'
  | 'handshake_unanswered'
  | 'publish_unanswered'
  | 'authentication_unsupported'
  | 'stream_key_rejected'
  | 'application_rejected'
  /** The server accepts the key and hangs up when media arrives. */
  | 'stream_refused'
  /** The server declared the stream over. */
  | 'ended_by_server'
  /** The server repeatedly ends its sessions after a while. */
  | 'ends_repeatedly'
  /** The server is connected but accepts no data. */
  | 'not_accepting'
  /** The server is connected but accepts data more slowly than it is sent. */
  | 'platform_slow'
  | 'stalled'
  /** The local encoder is slower than its source. */
  | 'encoder_slow'
  | 'encoder_failed'
  /** An SRT receiver has another passphrase, or none, or expects one. */
  | 'passphrase_rejected'
  /** An SRT receiver refuses the caller. */
  | 'receiver_rejected';
