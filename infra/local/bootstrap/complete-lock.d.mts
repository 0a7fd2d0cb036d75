export function findMissingOptional(lock: object): { name: string; version: string; dev: boolean }[];
