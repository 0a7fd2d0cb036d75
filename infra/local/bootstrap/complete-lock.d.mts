export function findMissingOptional(lock: object): { name: string; version: string; dev: boolean }[];
export function findUnverified(lock: object): { path: string; name: string; version: string }[];
