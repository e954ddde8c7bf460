package connect

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// An account is what the Governors of one credential know together: what was counted in each
// window, and who is waiting. Without a Budget there is one Governor, and the account is its own.
type account struct {
	latest  time.Duration // when it was asked last
	meters  []*meter
	stop    time.Duration // nothing may go before
	passed  int           // how often live calls have gone before bulk calls that were waiting, in a row
	members map[string]*member
}

// A member is a Governor that shares an account.
type member struct {
	// Back is when it said it would be back to ask for what it did not get.
	Back time.Duration `json:"back"`
	// Wants says how many of its pairs wait for each window, by class.
	Wants map[string][classes]int `json:"wants"`
	// Served is how many calls each of its waiting pairs has got, by class.
	Served [classes]float64 `json:"served"`
}

// classes is how many values of syncer.Class there are, the most urgent one first.
const classes = int(syncer.Bulk) + 1

func newAccount() *account { return &account{members: map[string]*member{}} }

// know lets the account count in these windows, besides those that it knows. What was counted stays.
func (a *account) know(windows []Window) {
	for _, w := range windows {
		m := a.meter(w.Name)
		if m == nil {
			a.meters = append(a.meters, &meter{Window: w})
			continue
		}
		if m.Every == w.Every {
			m.Window = w
			continue
		}
		fresh := &meter{Window: w, told: m.told}
		for _, g := range m.log {
			fresh.add(g.at, g.n)
		}
		*m = *fresh
	}
}

func (a *account) meter(name string) *meter {
	i := slices.IndexFunc(a.meters, func(m *meter) bool { return m.Name == name })
	if i < 0 {
		return nil
	}
	return a.meters[i]
}

// advance sets the time, and returns it. It does not go back: that would keep calls for as long as it
// takes to catch up. If it is told to go back far, all that is remembered goes back with it, and
// nothing is freed by that.
func (a *account) advance(now time.Duration) time.Duration {
	if back := a.latest - now; back > time.Minute {
		a.shift(-back)
	}
	a.latest = max(a.latest, now)
	for _, m := range a.meters {
		m.forget(a.latest)
	}
	return a.latest
}

// shift moves all that is remembered to another time.
func (a *account) shift(by time.Duration) {
	a.latest, a.stop = a.latest+by, max(0, a.stop+by)
	for _, m := range a.meters {
		log := m.log
		m.log, m.used, m.when = nil, 0, m.when+by
		for _, g := range log {
			m.add(g.at+by, g.n)
		}
	}
	clear(a.members) // they come back soon
}

// counts calls f for each window that a call counts in.
func (a *account) counts(kind string, f func(m *meter)) {
	for _, m := range a.meters {
		if m.counts(kind) {
			f(m)
		}
	}
}

// patience is how soon a Governor asks again for what another one might take, and how long a
// Budget is given to answer: a hundredth of the shortest window.
func (a *account) patience() time.Duration {
	patience := 250 * time.Millisecond
	for _, m := range a.meters {
		patience = min(patience, max(m.Every/100, 20*time.Millisecond))
	}
	return patience
}

// format is the version of a stored account, and end is later than any time in one, so that a sum of
// two times can be counted.
const (
	format = 1
	end    = math.MaxInt64 / 4 * 3
)

// stored is an account as a Budget keeps it.
type stored struct {
	Format  int                `json:"format"`
	Latest  time.Duration      `json:"latest"`
	Stop    time.Duration      `json:"stop"`
	Passed  int                `json:"passed"`
	Meters  []storedMeter      `json:"meters"`
	Members map[string]*member `json:"members"`
}

type storedMeter struct {
	Name  string        `json:"name"`
	Kind  string        `json:"kind,omitempty"`
	Most  int           `json:"most"`
	Every time.Duration `json:"every"`
	Fixed bool          `json:"fixed,omitempty"`
	Told  int           `json:"told,omitempty"`
	Cut   int           `json:"cut,omitempty"`
	When  time.Duration `json:"when,omitempty"`
	Log   []byte        `json:"log,omitempty"` // pairs of varints: how many parts after the one before, how many calls
}

func (a *account) encode() ([]byte, error) {
	s := stored{Format: format, Latest: a.latest, Stop: a.stop, Passed: a.passed, Members: a.members}
	for _, m := range a.meters {
		kept := storedMeter{
			Name: m.Name, Kind: m.Kind, Most: m.Most, Every: m.Every, Fixed: m.Fixed,
			Told: m.told, Cut: m.cut, When: m.when,
		}
		var last int64
		for _, g := range m.log {
			part := int64(g.at / m.length())
			kept.Log = binary.AppendVarint(kept.Log, part-last)
			kept.Log = binary.AppendVarint(kept.Log, int64(g.n))
			last = part
		}
		s.Meters = append(s.Meters, kept)
	}
	return json.Marshal(s)
}

// decodeAccount reads what encode wrote. Nothing is a new account.
func decodeAccount(data []byte) (*account, error) {
	a := newAccount()
	if len(data) == 0 {
		return a, nil
	}
	var s stored
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("read the account: %w: %w", syncer.ErrDamaged, err)
	}
	if s.Format != format {
		return nil, fmt.Errorf("read the account: its format is %d and not %d: %w", s.Format, format, syncer.ErrDamaged)
	}
	if s.Latest < 0 || s.Latest > end || s.Stop < 0 || s.Passed < 0 {
		return nil, fmt.Errorf("read the account: a time is out of range: %w", syncer.ErrDamaged)
	}
	a.latest, a.stop, a.passed = s.Latest, s.Stop, s.Passed
	maps.DeleteFunc(s.Members, func(_ string, m *member) bool { return m == nil })
	if s.Members != nil {
		a.members = s.Members
	}
	for _, kept := range s.Meters {
		m, err := kept.meter()
		if err != nil {
			return nil, fmt.Errorf("read the account: window %q: %w: %w", kept.Name, syncer.ErrDamaged, err)
		}
		a.meters = append(a.meters, m)
	}
	return a, nil
}

func (s storedMeter) meter() (*meter, error) {
	m := &meter{
		Window: Window{Name: s.Name, Kind: s.Kind, Most: s.Most, Every: s.Every, Fixed: s.Fixed},
		told:   s.Told, cut: s.Cut, when: s.When,
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	if s.Told < 0 || s.Cut < 0 {
		return nil, errors.New("a limit is less than 0")
	}
	last, most := int64(0), end/int64(m.length())
	for rest := s.Log; len(rest) > 0; {
		after, a := binary.Varint(rest)
		n, b := binary.Varint(rest[max(0, a):])
		if a <= 0 || b <= 0 || after < 0 || after > most-last || n < 1 || n > math.MaxInt32 {
			return nil, errors.New("what was counted is out of range")
		}
		rest, last = rest[a+b:], last+after
		m.log = append(m.log, grain{time.Duration(last) * m.length(), int(n)})
		m.used += int(n)
	}
	return m, nil
}
