export const ownNodePackage: string;
export const ownNode: string;
export const oldestNode: string;
