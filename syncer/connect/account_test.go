package connect

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
)

func spent(t testing.TB) []byte {
	t.Helper()
	a := newAccount()
	a.know([]Window{
		{Name: "spike", Most: 25, Every: 10 * time.Second},
		{Name: "hour", Every: time.Hour, Fixed: true},
		{Name: "uploads", Kind: KindUpload, Most: 240, Every: time.Minute},
	})
	now := a.advance(time.Duration(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).UnixNano()))
	a.hear(now, heard{readings: []Reading{{Limit: 3600, Remaining: 3000, In: time.Minute}}}, 0)
	asks := []ask{{pair: "a", n: 1}, {pair: "b", n: 1, class: syncer.Bulk}, {pair: "b", n: 1, kind: KindUpload}}
	for range 40 {
		now = a.advance(now + time.Second)
		a.answer(now, draw{member: "we", delay: time.Second, asks: asks})
	}
	a.stop = now + time.Minute
	data, err := a.encode()
	require.NoError(t, err)
	return data
}

func TestAnAccountComesBackWhole(t *testing.T) {
	data := spent(t)
	a, err := decodeAccount(data)
	require.NoError(t, err)
	require.Len(t, a.meters, 3)
	require.NotZero(t, a.meter("spike").used)
	require.Equal(t, 3600, a.meter("hour").told)
	require.NotEmpty(t, a.members)
	again, err := a.encode()
	require.NoError(t, err)
	require.Equal(t, string(data), string(again))
	require.Less(t, len(data), 2<<10)
}

func TestAnAccountThatCannotBeReadIsDamagedAndNotEmpty(t *testing.T) {
	data := spent(t)
	for _, bad := range [][]byte{
		[]byte("{"), []byte("null "), []byte(`{"format":2}`), data[:len(data)-1],
		bytes.Replace(data, []byte(`"every":10000000000`), []byte(`"every":0`), 1),
		bytes.Replace(data, []byte(`"told":3600`), []byte(`"told":-1`), 1),
		bytes.Replace(data, []byte(`"log":"`), []byte(`"log":"AQAB`), 1),
	} {
		require.NotEqual(t, string(data), string(bad))
		_, err := decodeAccount(bad)
		require.ErrorIs(t, err, syncer.ErrDamaged, "%s", bad)
	}
}

func TestAWindowThatIsMadeLongerKeepsWhatItHolds(t *testing.T) {
	a, err := decodeAccount(spent(t))
	require.NoError(t, err)
	held := a.meter("spike").used
	a.know([]Window{{Name: "spike", Most: 100, Every: time.Minute}})
	m := a.meter("spike")
	require.Equal(t, held, m.used)
	m.forget(a.latest + 30*time.Second)
	require.Equal(t, held, m.used)
	m.forget(a.latest + 62*time.Second)
	require.Zero(t, m.used)
	require.Len(t, a.meters, 3, "windows that only others know are kept to")
}

func TestTheTimeOfAnAccountDoesNotGoBack(t *testing.T) {
	a, err := decodeAccount(spent(t))
	require.NoError(t, err)
	latest := a.latest
	require.Equal(t, latest, a.advance(latest-time.Second))
	require.Equal(t, latest+1, a.advance(latest+1))
}

func TestATimeThatIsPutBackFarNeitherFreesCallsNorKeepsThem(t *testing.T) {
	a, err := decodeAccount(spent(t))
	require.NoError(t, err)
	held, stop := a.meter("spike").used, a.stop-a.latest
	back := a.latest - 48*time.Hour
	now := a.advance(back)
	require.Equal(t, back, now)
	require.Equal(t, held, a.meter("spike").used)
	require.Equal(t, stop, a.stop-now)
	a.advance(now + 12*time.Second)
	require.Zero(t, a.meter("spike").used)
}

// What a window says about when calls fit in is compared with trying it out.
func TestAWindowIsFreeWhenItSaysSoAndNotBefore(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		m := &meter{Window: Window{Name: "w", Most: 1 + random.IntN(20), Every: 10 * time.Second}}
		now := time.Hour
		for range random.IntN(40) {
			now += time.Duration(random.IntN(1000)) * time.Millisecond
			m.forget(now)
			if m.used < m.Most {
				m.add(now, 1)
			}
		}
		m.forget(now)
		n := 1 + random.IntN(m.Most)
		at := m.free(now, n)
		require.LessOrEqual(t, at, m.spread(now, n))
		if at > now {
			m.forget(at - 1)
			require.Less(t, m.Most-m.used, n)
		}
		m.forget(at)
		require.GreaterOrEqual(t, m.Most-m.used, n)
	}
}

func TestAReadingIsAboutTheWindowThatFitsBest(t *testing.T) {
	windows := []Window{
		{Name: "spike", Most: 25, Every: 10 * time.Second},
		{Name: "hour", Most: 3600, Every: time.Hour},
		{Name: "searches", Kind: "search", Most: 60, Every: time.Minute},
	}
	tests := []struct {
		name    string
		reading Reading
		most    int // of the hour, 0 if it is not known
		want    string
	}{
		{"the limit is known", Reading{Limit: 25, In: 4 * time.Second}, 3600, "spike"},
		{"the limit of the long one, at its end", Reading{Limit: 3600, In: 4 * time.Second}, 3600, "hour"},
		{"a limit that has changed a little", Reading{Limit: 30, In: 10 * time.Second}, 3600, "spike"},
		{"a limit that has fallen to a sixth, at its end", Reading{Limit: 600, In: 2 * time.Second}, 3600, "hour"},
		{"a time that only one is long enough for", Reading{Limit: 25, In: 20 * time.Minute}, 3600, "hour"},
		{"a limit that nobody knew", Reading{Limit: 600, In: 5 * time.Second}, 0, "hour"},
		{"no time told", Reading{Limit: 3000}, 3600, "hour"},
		{"a window that is named", Reading{Window: "searches", Limit: 25}, 3600, "searches"},
		{"a window that nobody knows", Reading{Window: "day", Limit: 25}, 3600, ""},
		{"a time that none is long enough for", Reading{Limit: 25, In: 24 * time.Hour}, 3600, ""},
		{"no limit told", Reading{Remaining: 3}, 3600, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := newAccount()
			a.know(windows)
			a.meter("hour").Most = test.most
			got := ""
			if m := a.meant(time.Hour, test.reading); m != nil {
				got = m.Name
			}
			require.Equal(t, test.want, got)
		})
	}
}

func FuzzAnAccountIsReadOrRefused(f *testing.F) {
	f.Add(spent(f))
	f.Add([]byte(`{"format":1,"members":{"x":null,"y":{"wants":{"spike":[1,2]}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := decodeAccount(data)
		if err != nil {
			require.ErrorIs(t, err, syncer.ErrDamaged)
			return
		}
		a.know([]Window{{Name: "spike", Most: 25, Every: 10 * time.Second}})
		now := a.advance(time.Duration(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).UnixNano()))
		a.hear(now, heard{readings: []Reading{{Limit: 3600, Remaining: 1, In: time.Minute}}, refused: true}, time.Second)
		a.answer(now, draw{member: "we", delay: time.Second, asks: []ask{{n: 1}, {n: 1, class: syncer.Bulk, kind: KindUpload}}})
		again, err := a.encode()
		require.NoError(t, err)
		_, err = decodeAccount(again)
		require.NoError(t, err)
	})
}

func TestALimitBeyondAllBoundsDoesNoHarm(t *testing.T) {
	a := newAccount()
	a.know([]Window{{Name: "hour", Every: time.Hour}})
	now := a.advance(origin)
	a.hear(now, heard{readings: []Reading{{Window: "hour", Limit: 1 << 60}}}, 0)
	require.False(t, a.answer(now, draw{asks: []ask{{n: 1}}}).given[0])
	data, err := a.encode()
	require.NoError(t, err)
	_, err = decodeAccount(data)
	require.NoError(t, err)
}

func TestACallCountsUntilItMustHaveLeftTheServicesWindow(t *testing.T) {
	tests := []struct {
		every, hold, delay, want time.Duration
	}{
		{10 * time.Second, 0, 2 * time.Second, 10*time.Second + 200*time.Millisecond},
		{10 * time.Second, 100 * time.Millisecond, 2 * time.Second, 10*time.Second + 300*time.Millisecond},
		{time.Minute, 0, 2 * time.Second, time.Minute + 1200*time.Millisecond},
		{time.Hour, 0, 2 * time.Second, time.Hour + 2*time.Second},
		{time.Hour, 5 * time.Second, 30 * time.Second, time.Hour + 35*time.Second},
	}
	for _, test := range tests {
		a := newAccount()
		a.know([]Window{{Name: "w", Most: 1, Every: test.every}})
		now := a.advance(origin)
		require.True(t, a.answer(now, draw{hold: test.hold, delay: test.delay, asks: []ask{{n: 1}}}).given[0])
		next := a.answer(now, draw{asks: []ask{{n: 1}}}).next
		require.GreaterOrEqual(t, next, test.want)
		require.LessOrEqual(t, next, test.want+test.every/grains)
	}
}
