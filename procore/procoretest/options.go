package procoretest

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/procorebox/procorebox/internal/fake"
)

// Options say what a fake Procore is like. The zero value is a Procore with one app, one company, one
// project, one user and no surprises.
type Options struct {
	// URLs are where clients find the fake. It writes them into answers: links of files, targets of
	// uploads, Link. The zero value names hosts that only [Procore.HTTPClient] reaches.
	URLs URLs

	// Clock is what the fake goes by. Nil is the time of the machine.
	Clock *Clock

	// ClientID and ClientSecret are the app's. By default they are "procoretest-client" and
	// "procoretest-secret".
	ClientID, ClientSecret string
	// RedirectURIs are those that the app has registered. None: every one is taken.
	RedirectURIs []string

	// CompanyName is the first company's, by default "Example Builders".
	CompanyName string
	// ProjectName is the first project's, by default "Tower A".
	ProjectName string

	// TokenLife is how long an access token lives. By default it is 5400 s.
	TokenLife time.Duration
	// LinkLife is how long the link of a file is good. By default it is for ever; see
	// Switches.LinksExpire.
	LinkLife time.Duration
	// TargetLife is how long the signed address is good that a link leads to. By default it is 15 min.
	TargetLife time.Duration
	// SmallestSegment is the least size of a segment of an upload, apart from the last one. By default
	// it is 5 MB (5,000,000 bytes).
	SmallestSegment int64
	// LargestPost is how many bytes an upload in one piece may have. By default it is 5 GB; see
	// Switches.PostUnlimited.
	LargestPost int64

	// Render writes the PDFs of RFIs and submittals. By default it is [RenderSheet].
	Render Render

	// WebhookClient sends webhooks. Nil is a client that waits 5 s for an answer.
	WebhookClient *http.Client
	// StrictAddresses refuses webhook addresses that are not https on a public host, as Procore does.
	// By default an address on this machine will do, so that a test can listen.
	StrictAddresses bool
	// HookDrops and HookRepeats are the shares of webhooks that are never sent and that are sent twice,
	// from 0 to 1, drawn from Seed.
	HookDrops, HookRepeats float64
	// HookDelay makes each webhook come up to so much later, so that they overtake one another.
	HookDelay time.Duration

	// Limits says whether calls are refused for coming too fast.
	Limits Limits
	// HourlyCalls is how many calls a user has in an hour. By default it is 3600.
	HourlyCalls int
	// SpikeCalls is how many calls a user has in ten seconds. By default it is 25.
	SpikeCalls int

	// FaultRate is the share of calls that fail for no reason, from 0 to 1, drawn from Seed.
	FaultRate float64
	// Seed makes everything repeatable that is drawn.
	Seed uint64

	// Switches turn what is not known about Procore.
	Switches Switches

	// Logger is told of each call, at level Debug. Nil is nobody.
	Logger *slog.Logger
}

// URLs are the public origins of a fake, without a slash at the end. API stands for
// https://api.procore.com, Login for https://login.procore.com, Files for the host of file links, such
// as https://storage.procore.com, and Storage for the storage service behind it.
type URLs struct{ API, Login, Files, Storage string }

// withDefaults fills what is zero. Links of files lead to the API's host, unless there is another.
func (u URLs) withDefaults() URLs {
	if u == (URLs{}) {
		u = URLs{
			API: "http://api.procoretest.example", Login: "http://login.procoretest.example",
			Storage: "http://bucket.storagetest.example",
		}
	}
	setDefault(&u.Files, u.API)
	return u
}

func (u URLs) check() error {
	for _, at := range []struct{ name, url string }{
		{"API", u.API}, {"Login", u.Login}, {"Files", u.Files}, {"Storage", u.Storage},
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
	setDefault(&o.ClientID, "procoretest-client")
	setDefault(&o.ClientSecret, "procoretest-secret")
	setDefault(&o.CompanyName, "Example Builders")
	setDefault(&o.ProjectName, "Tower A")
	if o.Switches.TokensShort {
		setDefault(&o.TokenLife, 900*time.Second)
	}
	setDefault(&o.TokenLife, 5400*time.Second)
	if o.Switches.TargetsShort {
		setDefault(&o.TargetLife, 10*time.Second)
	}
	setDefault(&o.TargetLife, 15*time.Minute)
	setDefault(&o.SmallestSegment, 5_000_000)
	setDefault(&o.LargestPost, 5_000_000_000)
	setDefault(&o.HourlyCalls, 3600)
	setDefault(&o.SpikeCalls, 25)
	if o.Render == nil {
		o.Render = RenderSheet
	}
	if o.WebhookClient == nil {
		o.WebhookClient = &http.Client{Timeout: hookPatience, CheckRedirect: noRedirect}
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
	case !(o.HookDrops >= 0 && o.HookDrops <= 1):
		return fmt.Errorf("options: HookDrops is %g, not from 0 to 1", o.HookDrops)
	case !(o.HookRepeats >= 0 && o.HookRepeats <= 1):
		return fmt.Errorf("options: HookRepeats is %g, not from 0 to 1", o.HookRepeats)
	case o.HookDelay < 0:
		return fmt.Errorf("options: HookDelay is %v", o.HookDelay)
	case o.TokenLife < 0:
		return fmt.Errorf("options: TokenLife is %v", o.TokenLife)
	case o.LinkLife < 0:
		return fmt.Errorf("options: LinkLife is %v", o.LinkLife)
	case o.TargetLife < 0:
		return fmt.Errorf("options: TargetLife is %v", o.TargetLife)
	case o.SmallestSegment < 0:
		return fmt.Errorf("options: SmallestSegment is %d", o.SmallestSegment)
	case o.HourlyCalls < 0:
		return fmt.Errorf("options: HourlyCalls is %d", o.HourlyCalls)
	case o.SpikeCalls < 0:
		return fmt.Errorf("options: SpikeCalls is %d", o.SpikeCalls)
	}
	return o.URLs.check()
}

func setDefault[T comparable](value *T, otherwise T) {
	var zero T
	if *value == zero {
		*value = otherwise
	}
}
