/**
 * Operations without the ids in them: few enough to be counted one by one.
 */

const identifier = /(?<=\/)(?:[0-9a-f]{8}-[0-9a-f-]{27}|\d+|[0-9a-f]{32})(?=\/|$)/gi

/** An operation (`GET /mdm/v1/parts/77`) without the ids in its path. */
export const endpointOf = (operation: string): string => operation.replaceAll(identifier, "{id}")
