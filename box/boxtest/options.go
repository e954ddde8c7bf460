package boxtest

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"
	_ "time/tzdata" // the account's zone must be known on every machine

	"github.com/procorebox/procorebox/internal/fake"
)

// Options say what a fake Box is like. The zero value is a Box with one app, one user and no
// surprises.
type Options struct {
	// URLs are where clients find the fake. It writes them into answers: Location, upload_url,
	// session_endpoints, the realtime url. The zero value names hosts that only [Box.Client] reaches.
	URLs URLs

	// Clock is what the fake goes by. Nil is the time of the machine.
	Clock *Clock

	// ClientID and ClientSecret are the app's. By default they are "boxtest-client" and
	// "boxtest-secret".
	ClientID, ClientSecret string
	// RedirectURIs are those that the app has registered. None: every one is taken.
	RedirectURIs []string
	// EnterpriseID is the subject of client credentials and server tokens. By default it is "777".
	EnterpriseID string
	// Scopes are those of the app. None: all.
	Scopes []string
	// PrimaryKey and SecondaryKey sign webhooks. By default they are "boxtest-primary" and
	// "boxtest-secondary".
	PrimaryKey, SecondaryKey string
	// StrictAddresses refuses webhook addresses that are not https on port 443 of a name, as Box does.
	// By default an address on this machine will do, so that a test can listen.
	StrictAddresses bool
	// MaySuppress lets calls with the header box-notifications: off tell no webhook. Only some apps may.
	MaySuppress bool
	// WebhookClient sends webhooks. Nil is a client that waits 30 s for an answer.
	WebhookClient *http.Client

	// TokenLife is how long an access token lives. By default it is 3982 s.
	TokenLife time.Duration
	// Space is how many bytes an account may hold. By default it is 10^18, which Box writes as 1e+18.
	Space int64
	// LargestFile is how many bytes a file may have. By default it is 5 GiB.
	LargestFile int64
	// FloatsFrom is the size from which on numbers are written with an exponent. By default it is
	// 10^13; a negative number means never.
	FloatsFrom int64
	// PartSize is the size of the parts of an upload session. By default it is 8 MiB.
	PartSize int64
	// SmallestSession is the least size of a file that is uploaded in parts. By default it is
	// 20,000,000.
	SmallestSession int64
	// CommitDelays is how often a commit is answered 202 before it is done.
	CommitDelays int
	// PartsLate makes the first commit of a session fail with parts_mismatch.
	PartsLate bool
	// NotReady is how often the download of a new version is answered 202.
	NotReady int
	// NoTrash makes deletes final, as some enterprises do.
	NoTrash bool
	// PurgeAfter is how long the trash keeps things. By default it is 30 days.
	PurgeAfter time.Duration
	// FolderPace is how long a move, copy, delete or restore of a folder takes for each item in it.
	// Meanwhile the subtree is locked. By default it takes no time.
	FolderPace time.Duration
	// Zone is the account's. By default it is America/Los_Angeles, so offsets change with the season.
	Zone *time.Location

	// ReplayEvents delivers some events again at later positions, as Box does.
	ReplayEvents bool
	// ShuffleEvents disorders the events of a page, as Box does.
	ShuffleEvents bool

	// Limits says whether calls are refused for coming too fast.
	Limits Limits
	// MonthlyCalls is the enterprise's quota; see Switches.MonthlyQuota. By default it is 100,000.
	MonthlyCalls int
	// FaultRate is the share of calls with which something goes wrong for no reason, from 0 to 1, drawn
	// from Seed: all that a Fault can be, each kind as often as the others. [Box.Accidents] counts them.
	FaultRate float64
	// Seed makes everything repeatable that is drawn: faults, replays, disorder.
	Seed uint64

	// Switches turn what is not known about Box.
	Switches Switches

	// Logger is told of each call, at level Debug. Nil is nobody.
	Logger *slog.Logger
}

// URLs are the public origins of a fake, without a slash at the end. API stands for
// https://api.box.com, Upload for https://upload.box.com/api, Login for https://account.box.com/api,
// Download for https://dl.boxcloud.com, Realtime for the host of long polls, Web for
// https://app.box.com.
type URLs struct{ API, Upload, Login, Download, Realtime, Web string }

// withDefaults fills what is zero.
func (u URLs) withDefaults() URLs {
	if u == (URLs{}) {
		u = URLs{
			API: "http://api.boxtest.example", Upload: "http://upload.boxtest.example",
			Login: "http://account.boxtest.example", Download: "http://dl.boxtest.example",
			Realtime: "http://realtime.boxtest.example",
		}
	}
	setDefault(&u.Download, u.Upload)
	setDefault(&u.Realtime, u.API)
	setDefault(&u.Web, "https://app.boxtest.example")
	return u
}

func (u URLs) check() error {
	for _, at := range []struct{ name, url string }{
		{"API", u.API}, {"Upload", u.Upload}, {"Login", u.Login}, {"Download", u.Download}, {"Realtime", u.Realtime}, {"Web", u.Web},
	} {
		parsed, err := url.Parse(at.url)
		if err != nil || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") {
			return fmt.Errorf("options: URLs.%s is no http URL: %q", at.name, at.url)
		}
	}
	return nil
}

func (o Options) withDefaults() Options {
	o.URLs = o.URLs.withDefaults()
	setDefault(&o.ClientID, "boxtest-client")
	setDefault(&o.ClientSecret, "boxtest-secret")
	setDefault(&o.EnterpriseID, "777")
	setDefault(&o.PrimaryKey, "boxtest-primary")
	setDefault(&o.SecondaryKey, "boxtest-secondary")
	setDefault(&o.TokenLife, 3982*time.Second)
	setDefault(&o.Space, 1e18)
	setDefault(&o.LargestFile, 5<<30)
	setDefault(&o.FloatsFrom, 1e13)
	setDefault(&o.PartSize, 8<<20)
	setDefault(&o.PurgeAfter, 30*24*time.Hour)
	setDefault(&o.MonthlyCalls, 100_000)
	if o.SmallestSession == 0 {
		o.SmallestSession = 20_000_000
		if o.Switches.MinimumInMebibytes {
			o.SmallestSession = 20 << 20
		}
	}
	if len(o.Scopes) == 0 {
		o.Scopes = allScopes()
	}
	if o.WebhookClient == nil {
		o.WebhookClient = &http.Client{Timeout: webhookPatience}
	}
	if o.Zone == nil {
		o.Zone = losAngeles()
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

func (o Options) check() error {
	if err := fake.CheckRate(o.FaultRate); err != nil {
		return err
	}
	switch {
	case o.PartSize < 0:
		return fmt.Errorf("options: PartSize is %d", o.PartSize)
	case o.TokenLife < 0:
		return fmt.Errorf("options: TokenLife is %v", o.TokenLife)
	case o.FolderPace < 0:
		return fmt.Errorf("options: FolderPace is %v", o.FolderPace)
	}
	return o.URLs.check()
}

func setDefault[T comparable](value *T, otherwise T) {
	var zero T
	if *value == zero {
		*value = otherwise
	}
}

func losAngeles() *time.Location {
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil { // cannot be: the package embeds the zones
		return time.FixedZone("", -7*60*60)
	}
	return zone
}
