/**
 * The client of Redis. Loaded by who needs it, with this file around it: bundled by itself it would have no names to import.
 */
export { createClient } from "@redis/client"
