/** asl-validator 4.0.0 is published without its types. */
declare module 'asl-validator' {
  /** Modifies its argument: adds `QueryLanguage` to every state. */
  export default function validate(definition: object): {
    isValid: boolean;
    errors: unknown[];
    errorsText(separator?: string): string;
  };
}
