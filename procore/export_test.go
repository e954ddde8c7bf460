package procore

// Limit makes uploads go in parts from very small sizes on.
func (c *Client) Limit(simple, segment int64) { c.simple, c.segment = simple, segment }

// DecodeAnswer makes an error of an answer of Procore, DecodeStorage of one of its storage.
var (
	DecodeAnswer  = decodeAnswer
	DecodeStorage = decodeStorage
)
