/**
 * A certificate for 127.0.0.1 that signs itself, with its key: good for tests and nothing else. Valid until 2126; made by
 * `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj "/CN=plex-cdf test only"
 * -addext "subjectAltName=IP:127.0.0.1,DNS:localhost"`.
 */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBrTCCAVOgAwIBAgIUGFztnAZXh1e8XN/Qa+hn5+pQ/uQwCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwScGxleC1jZGYgdGVzdCBvbmx5MCAXDTI2MTEyMjEyNTI0MVoY
DzIxMjYxMDI5MTI1MjQxWjAdMRswGQYDVQQDDBJwbGV4LWNkZiB0ZXN0IG9ubHkw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARezgRPOEanNw3v4h3Gn/05lpXTPOQ0
O5d1ieD6AkUFySu5ZdkQK6hpUuQ9k57KnOZi4x89PYaDeqBKq78t9keto28wbTAd
BgNVHQ4EFgQUwoazkRgHb8iiSBI0mpdK4aCYqzowHwYDVR0jBBgwFoAUwoazkRgH
b8iiSBI0mpdK4aCYqzowDwYDVR0TAQH/BAUwAwEB/zAaBgNVHREEEzARhwR/AAAB
gglsb2NhbGhvc3QwCgYIKoZIzj0EAwIDSAAwRQIgWq8qEaMEpl1s7r7OgvJ+62M+
ZeleL0hJszqu8bYp2SgCIQCLfqHF6uxSS6y/vTmBfTRK6F7LEaaRZC31B3n9zzw9
1A==
-----END CERTIFICATE-----
`

export const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgGKVLLWkP2NtXLkCo
ehp0Oc0qiLTwieCLj+KOj8Flj5ShRANCAARezgRPOEanNw3v4h3Gn/05lpXTPOQ0
O5d1ieD6AkUFySu5ZdkQK6hpUuQ9k57KnOZi4x89PYaDeqBKq78t9ket
-----END PRIVATE KEY-----
`
