package box

// UploadParts is Upload for contents of any size in a session, so that tests need not move many bytes.
var UploadParts = (*Client).uploadParts

// EncryptedKey is the form of an encrypted key, for tests that encrypt one.
type EncryptedKey = encryptedKey

// DecodeAnswer makes an error of an answer.
var DecodeAnswer = decodeAnswer
