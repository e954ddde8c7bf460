package boxtest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"
)

// An object is a JSON object of an answer.
type object map[string]any

// A number is a size. Box writes great ones with an exponent, which no integer type decodes
// (section 3.1).
type number struct {
	value int64
	float bool
}

// MarshalJSON writes the number in the form that Box would choose.
func (n number) MarshalJSON() ([]byte, error) {
	if !n.float {
		return strconv.AppendInt(nil, n.value, 10), nil
	}
	return []byte(strconv.FormatFloat(float64(n.value), 'e', -1, 64)), nil
}

// eventID is a made up id of an event: forty hexadecimal digits.
func eventID(n int) string {
	sum := sha256.Sum256([]byte("event " + strconv.Itoa(n)))
	return hex.EncodeToString(sum[:20])
}

func padded(n int) string { return fmt.Sprintf("%012d", n) }

// stamp writes a time as Box does: whole seconds, and the offset of the account's zone.
func stamp(t time.Time, zone *time.Location) any {
	if t.IsZero() {
		return nil
	}
	return t.In(zone).Format("2006-01-02T15:04:05-07:00")
}
