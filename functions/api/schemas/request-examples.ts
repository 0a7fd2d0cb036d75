/** Examples of request bodies in the OpenAPI document, by the name of their schema. Each passes its schema. */
export const REQUEST_EXAMPLES: Record<string, object> = {
  AnswerCeiling: {
    answer: 'keep',
    amount: 25.5,
  },
  AnswerNoSourceLimit: {
    answer: 'keep',
  },
  BulkRequest: {
    group: 'Sunday service',
  },
  BulkStartRequest: {
    ids: ['dst_01k8m3v0s5n2q8w4x6y7z9a1bc'],
  },
  CreateAccessToken: {
    name: 'Stream Deck',
    role: 'trigger',
    destinationIds: ['dst_01k8m3v0s5n2q8w4x6y7z9a1bc'],
    expiresAt: '2027-01-01T00:00:00Z',
  },
  CreateDestination: {
    name: 'Main YouTube',
    platform: 'youtube',
    streamKey: 'abcd-efgh-ijkl-mnop',
    preset: '1080p30',
  },
  CreateEstimate: {
    destinationIds: ['dst_01k8m3v0s5n2q8w4x6y7z9a1bc'],
    hours: 3,
  },
  CreateInvitation: {
    name: 'Anna',
    role: 'operator',
  },
  CreateWatchLink: {
    name: 'Board members',
  },
  CloseFlag: {
    reason: 'Was meant as a joke',
  },
  SetPublicPages: {
    isOpen: false,
    reason: 'Under attack',
  },
  ModerateChat: {
    action: 'delete',
    messageId: '01k8m3v0s5n2q8w4x6y7z9a1bc',
    reason: 'Insult',
  },
  SetShowChat: {
    mode: 'open',
    slowModeSeconds: 5,
    isFirstHeld: true,
    hasReactions: true,
  },
  InvitationSecret: {
    invitation: 'sluice_invitation_…',
  },
  PutPresence: {
    page: '/shows',
    editing: { kind: 'destination', id: 'dst_01k8m3v0s5n2q8w4x6y7z9a1bc' },
  },
  CreateIncidentMute: {
    rule: 'source_lost',
    until: '2026-11-21T20:00:00Z',
    reason: 'The encoder moves to the other room',
  },
  CreateNotificationTarget: {
    name: 'Studio',
    kind: 'webhook',
    url: 'https://hooks.example.com/sluice',
  },
  CreateSession: {
    token: 'the-token-of-this-deployment',
  },
  CreateShow: {
    title: 'Sunday service',
    zone: 'Europe/Berlin',
    localStart: '2026-12-06T10:00:00',
    localEnd: '2026-12-06T11:30:00',
    destinations: [
      {
        destinationId: 'dst_01k8m3v0s5n2q8w4x6y7z9a1bc',
        isRequired: true,
      },
    ],
    recurrence: 'FREQ=WEEKLY;BYDAY=SU;COUNT=10',
  },
  DuplicateShow: {
    localStart: '2026-12-13T10:00:00',
  },
  GroupStartRequest: {
    group: 'Sunday service',
    required: ['dst_01k8m3v0s5n2q8w4x6y7z9a1bc'],
    onFailure: 'stop-all',
  },
  GroupStopRequest: {
    begun: 'keep',
  },
  IncidentComment: {
    text: 'The spare encoder is on its way',
  },
  PatchDestination: {
    name: 'Main YouTube',
    group: 'Sunday service',
  },
  PatchNotificationTarget: {
    filter: {
      severities: ['high'],
    },
  },
  PatchRecording: {
    keepDays: 30,
  },
  PatchShow: {
    localStart: '2026-12-06T10:15:00',
  },
  PreferSource: {
    source: 'main',
  },
  PreflightRequest: {
    destinationIds: ['dst_01k8m3v0s5n2q8w4x6y7z9a1bc'],
  },
  PutRecordingSettings: {
    mode: 'manual',
    keepDays: 30,
    limitBytes: null,
  },
  PutStreamKey: {
    streamKey: 'abcd-efgh-ijkl-mnop',
    keyUse: 'reusable',
  },
  RehearsalSwitch: {
    fault: 'source_lost',
    isActive: true,
  },
  ReplaceDestination: {
    name: 'Main YouTube',
    platform: 'youtube',
    rtmpUrl: 'rtmps://a.rtmps.youtube.com:443/live2',
    preset: '1080p30',
    standby: 'cold',
  },
  SetCeiling: {
    amount: 400,
    action: 'ask',
    countdownMinutes: 10,
    defaultAnswer: 'stop',
    spared: ['dst_01k8m3v0s5n2q8w4x6y7z9a1bc'],
  },
  SetDestinationIncidentRules: {
    rules: {
      destination_slow: {
        enabled: false,
      },
    },
  },
  SetDetailedLog: {
    hours: 4,
  },
  SetIncidentRules: {
    rules: {
      source_lost: {
        holdSeconds: 10,
      },
    },
    escalateAfterSeconds: 600,
  },
  SetNoSourceLimit: {
    minutes: 10,
    action: 'ask',
    countdownMinutes: 5,
    defaultAnswer: 'stop',
  },
  SetPrimary: {
    mode: 'with-source',
  },
  ExportRequest: {
    passphrase: 'correct horse battery staple',
  },
  ImportRequest: {
    csv: 'name,platform,streamKey\nMain YouTube,youtube,abcd-efgh-ijkl-mnop',
    dryRun: true,
  },
  Sound: {
    track: {
      by: 'language',
      language: 'spa',
    },
    channels: 'source',
    loudnessLufs: -14,
  },
  StartRecording: {
    name: 'Sunday service',
  },
  UpsertDestination: {
    name: 'Main YouTube',
    platform: 'youtube',
    streamKey: 'abcd-efgh-ijkl-mnop',
  },
  SwitchSource: {
    to: 'backup',
  },
};
