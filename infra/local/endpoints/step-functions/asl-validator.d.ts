/** asl-validator 4.0.0 is published without its types. */
declare module 'asl-validator' {
  /** Adds `QueryLanguage` to every state of what it is given. */
  export default function validate(definition: object): {
    isValid: boolean;
    errors: unknown[];
    errorsText(separator?: string): string;
  };
}
