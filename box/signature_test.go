package box_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/storage/memory"
)

func TestADeliveryIsTakenWithinTenMinutesOfItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, boxtest.Options{}, memory.Options{})
		all, _ := p.uploads(t, 1)
		for age, want := range map[time.Duration]int{
			0: 204, 10 * time.Minute: 204, 10*time.Minute + time.Second: 403, -10 * time.Minute: 204, -10*time.Minute - time.Second: 403, 24 * time.Hour: 403,
		} {
			o := p.options()
			at, err := time.Parse(time.RFC3339, all[0].header.Get("BOX-DELIVERY-TIMESTAMP"))
			require.NoError(t, err)
			o.Clock = func() time.Time { return at.Add(age) }
			require.Equal(t, want, all[0].to(receiver(t, o)), age.String())
		}
	})
}

func TestWhatIsNotAsBoxSignedItIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, boxtest.Options{}, memory.Options{})
		all, _ := p.uploads(t, 1)
		good := all[0]
		var decoded any
		require.NoError(t, json.Unmarshal(good.body, &decoded))
		encoded, err := json.Marshal(decoded)
		require.NoError(t, err)
		require.Contains(t, string(good.body), `Z\u00fcrich`)
		require.Contains(t, string(encoded), `Zürich`)
		body := func(b []byte) sent { s := good; s.body = b; return s }
		primary, secondary := good.header.Get("BOX-SIGNATURE-PRIMARY"), good.header.Get("BOX-SIGNATURE-SECONDARY")
		late := time.Now().Add(time.Second).Format(time.RFC3339)
		for name, s := range map[string]sent{
			"encoded again":            body(encoded),
			"one byte is another":      body(bytes.Replace(good.body, []byte("FILE"), []byte("FIlE"), 1)),
			"one byte is missing":      body(good.body[:len(good.body)-1]),
			"nothing":                  body(nil),
			"another time":             good.with("BOX-DELIVERY-TIMESTAMP", late),
			"no time":                  good.with("BOX-DELIVERY-TIMESTAMP", ""),
			"a time that is none":      good.with("BOX-DELIVERY-TIMESTAMP", "yesterday"),
			"no signatures":            good.with("BOX-SIGNATURE-PRIMARY", "").with("BOX-SIGNATURE-SECONDARY", ""),
			"signatures changed over":  good.with("BOX-SIGNATURE-PRIMARY", secondary).with("BOX-SIGNATURE-SECONDARY", primary),
			"signatures that are cut":  good.with("BOX-SIGNATURE-PRIMARY", primary[:20]).with("BOX-SIGNATURE-SECONDARY", secondary[:20]),
			"signatures that are none": good.with("BOX-SIGNATURE-PRIMARY", "%%").with("BOX-SIGNATURE-SECONDARY", "%%"),
			"another version":          good.with("BOX-SIGNATURE-VERSION", "2"),
			"another algorithm":        good.with("BOX-SIGNATURE-ALGORITHM", "none"),
		} {
			require.Equal(t, http.StatusForbidden, s.to(receiver(t, p.options())), name)
		}
		require.Empty(t, p.inbox(t, "drawings"))
	})
}

func TestEitherKeyIsEnough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, boxtest.Options{}, memory.Options{})
		all, _ := p.uploads(t, 1)
		one, two := bothKeys.Primary, bothKeys.Secondary
		for name, c := range map[string]struct {
			keys box.WebhookKeys
			want int
		}{
			"both are known":          {box.WebhookKeys{Primary: one, Secondary: two}, 204},
			"the first was replaced":  {box.WebhookKeys{Primary: "old", Secondary: two}, 204},
			"the second was replaced": {box.WebhookKeys{Primary: one, Secondary: "old"}, 204},
			"one is known":            {box.WebhookKeys{Primary: one}, 204},
			"the other is known":      {box.WebhookKeys{Secondary: two}, 204},
			"both were replaced":      {box.WebhookKeys{Primary: "old", Secondary: "older"}, 403},
			"one changed places":      {box.WebhookKeys{Primary: two}, 403},
		} {
			o := p.options()
			o.Keys = c.keys
			require.Equal(t, c.want, all[0].to(receiver(t, o)), name)
		}
		require.Len(t, p.inbox(t, "drawings"), 5)
	})
}

func TestAKeyThatIsNotSetSignsNothing(t *testing.T) {
	now := time.Now()
	header := http.Header{}
	for name, value := range map[string]string{
		"BOX-SIGNATURE-VERSION": "1", "BOX-SIGNATURE-ALGORITHM": "HmacSHA256", "BOX-DELIVERY-TIMESTAMP": now.Format(time.RFC3339),
		"BOX-SIGNATURE-SECONDARY": sign("", delivery, now.Format(time.RFC3339)),
	} {
		header.Set(name, value)
	}
	require.ErrorIs(t, box.WebhookKeys{Primary: "one"}.Verify(header, []byte(delivery), now), fs.ErrPermission)
}

func TestNoKeyAndNothingOfADeliveryIsLogged(t *testing.T) {
	var log bytes.Buffer
	p := newPost(t, boxtest.Options{}, memory.Options{Fail: func(op memory.Op, _ bool) error {
		if op == memory.OpAppend {
			return errors.New("disk full")
		}
		return nil
	}})
	o := p.options()
	o.Logger = slog.New(slog.NewJSONHandler(&log, nil))
	r := receiver(t, o)
	good := fromBox("/box/"+p.root.ID, strings.Replace(delivery, "FILE.MOVED", "NO_ACTIVE_SESSION", 1), time.Now().Format(time.RFC3339))
	good.to(r)
	good.with("BOX-SIGNATURE-PRIMARY", "forged-by-me").to(r)
	good.with("BOX-DELIVERY-TIMESTAMP", "forged-by-me").to(r)
	fromBox(good.path, "forged-by-me", time.Now().Format(time.RFC3339)).to(r)
	fmt.Fprintf(&log, "%v %+v %#v", o.Keys, &o.Keys, o.Keys)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "keys", o.Keys)
	require.NoError(t, json.NewEncoder(&log).Encode(o.Keys))
	require.Contains(t, log.String(), "disk full")
	require.Contains(t, log.String(), "neither signature fits")
	require.Contains(t, log.String(), "2 webhook keys")
	for _, secret := range []string{bothKeys.Primary, bothKeys.Secondary, "forged", "sum\\u00e9", "Ann", good.header.Get("BOX-SIGNATURE-PRIMARY")} {
		require.NotContains(t, log.String(), secret)
	}
}
