package box

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"time"
)

// deliveryAge is how far the time of a delivery may be from ours, as Box advises.
const deliveryAge = 10 * time.Minute

// WebhookKeys are the signature keys of an app, as its console shows them. One of them is enough; with
// both, either can be replaced while deliveries go on. However they are printed, logged or encoded,
// they are not shown.
type WebhookKeys struct {
	Primary   string `json:"-"`
	Secondary string `json:"-"`
}

// Format says how many keys there are, and no key.
func (k WebhookKeys) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, k.String()) }

// String says how many keys there are.
func (k WebhookKeys) String() string {
	count := 0
	for _, key := range []string{k.Primary, k.Secondary} {
		if key != "" {
			count++
		}
	}
	return fmt.Sprintf("%d webhook keys", count)
}

// LogValue returns what String returns.
func (k WebhookKeys) LogValue() slog.Value { return slog.StringValue(k.String()) }

// Verify reports whether Box has signed a delivery with one of the keys, at most ten minutes away from
// now. body are the bytes as they came: what is decoded and encoded again is not what Box signed. An
// error wraps fs.ErrPermission and says what is missing, and nothing that the sender has written.
func (k WebhookKeys) Verify(header http.Header, body []byte, now time.Time) error {
	if err := inTime(header, now); err != nil {
		return err
	}
	stamped := header.Get(headerTimestamp)
	// Both are compared in any case, so that the time it takes does not tell which one fits.
	primary := fits(k.Primary, header.Get(headerPrimary), body, stamped)
	secondary := fits(k.Secondary, header.Get(headerSecondary), body, stamped)
	if !primary && !secondary {
		return forged("neither signature fits its key")
	}
	return nil
}

// Headers of a delivery.
const (
	headerVersion   = "Box-Signature-Version"
	headerAlgorithm = "Box-Signature-Algorithm"
	headerPrimary   = "Box-Signature-Primary"
	headerSecondary = "Box-Signature-Secondary"
	headerTimestamp = "Box-Delivery-Timestamp"
)

// inTime looks at what needs no body. The time is proved only by the signature, which covers it.
func inTime(header http.Header, now time.Time) error {
	if header.Get(headerPrimary) == "" && header.Get(headerSecondary) == "" {
		return forged("it has no signature")
	}
	if header.Get(headerVersion) != "1" || header.Get(headerAlgorithm) != "HmacSHA256" {
		return forged("it is not signed in version 1 with HmacSHA256")
	}
	at, err := time.Parse(time.RFC3339, header.Get(headerTimestamp))
	if err != nil {
		return forged("it has no time")
	}
	if age := now.Sub(at); age > deliveryAge || age < -deliveryAge {
		return forged("its time is more than ten minutes away")
	}
	return nil
}

func fits(key, signature string, body []byte, stamped string) bool {
	given, err := base64.StdEncoding.DecodeString(signature)
	if key == "" || err != nil {
		return false // whoever likes can sign with an empty key
	}
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(body)
	mac.Write([]byte(stamped))
	return hmac.Equal(mac.Sum(nil), given)
}

func forged(why string) error {
	return fmt.Errorf("webhook delivery is not from box: %s: %w", why, fs.ErrPermission)
}
