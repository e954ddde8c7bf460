package boxtest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
)

const (
	// webhookPatience is how long Box waits for an answer to a webhook.
	webhookPatience = 30 * time.Second
	// webhookSpan is the time over which a delivery is tried again.
	webhookSpan = 2 * time.Hour
)

// A Delivery is one try to send a webhook.
type Delivery struct {
	Webhook   string // its id
	ID        string // BOX-DELIVERY-ID, new for each try
	Message   string // id in the body, the same for all tries
	Trigger   string
	Body      []byte
	Timestamp time.Time
	Status    int   // of the answer, zero without one
	Err       error // why there is no answer
}

// Deliveries returns every try to send a webhook so far, the oldest first.
func (b *Box) Deliveries() []Delivery {
	b.lock()
	defer b.unlock()
	return slices.Clone(b.sent)
}

// deliver sends a message until somebody takes it, or until it was tried often enough
// (section 6.4). The pauses grow.
func (b *Box) deliver(d delivery) {
	tries := 10
	if b.options.Switches.WebhookTwelveTries {
		tries = 12
	}
	body, err := phpJSON(d.body)
	if err != nil {
		return
	}
	pause := webhookSpan / time.Duration(1<<(tries-1)-1)
	for try := range tries {
		sent := b.post(d, body, try)
		b.lock()
		b.sent = append(b.sent, sent)
		b.unlock()
		if sent.Status/100 == 2 || try == tries-1 || b.clock.wait(b.life.Context(), pause<<try) != nil {
			return
		}
	}
}

// post makes one try, signed with both keys.
func (b *Box) post(d delivery, body []byte, try int) Delivery {
	now := b.clock.Now()
	out := Delivery{
		Webhook: d.hook.id, ID: fmt.Sprintf("%s-%02d", d.id, try), Message: d.id,
		Trigger: fmt.Sprint(d.body["trigger"]), Body: body, Timestamp: now,
	}
	r, err := http.NewRequestWithContext(b.life.Context(), http.MethodPost, d.hook.address, bytes.NewReader(body))
	if err != nil {
		out.Err = err
		return out
	}
	stamped := fmt.Sprint(stamp(now, b.options.Zone))
	for name, value := range map[string]string{
		"Content-Type": "application/json; charset=utf-8", "User-Agent": "Box-WH-Client/0.1",
		"BOX-DELIVERY-ID": out.ID, "BOX-DELIVERY-TIMESTAMP": stamped,
		"BOX-SIGNATURE-VERSION": "1", "BOX-SIGNATURE-ALGORITHM": "HmacSHA256",
		"BOX-SIGNATURE-PRIMARY":   signature(b.options.PrimaryKey, body, stamped),
		"BOX-SIGNATURE-SECONDARY": signature(b.options.SecondaryKey, body, stamped),
	} {
		r.Header.Set(name, value)
	}
	answer, err := b.options.WebhookClient.Do(r)
	if err != nil {
		out.Err = err
		return out
	}
	answer.Body.Close()
	out.Status = answer.StatusCode
	return out
}

func signature(key string, body []byte, timestamp string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(body)
	mac.Write([]byte(timestamp))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// phpJSON writes JSON as Box does for webhooks: slashes and everything beyond ASCII are escaped. Who
// decodes it and encodes it again has other bytes, and other signatures.
func phpJSON(value any) ([]byte, error) {
	var plain bytes.Buffer
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	var out strings.Builder
	for _, r := range strings.TrimSuffix(plain.String(), "\n") {
		switch {
		case r == '/':
			out.WriteString(`\/`)
		case r < 0x80:
			out.WriteRune(r)
		default:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&out, `\u%04x`, unit)
			}
		}
	}
	return []byte(out.String()), nil
}
