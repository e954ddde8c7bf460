package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/syncer/connect"
)

// boxRefreshLife is how long Box keeps a refresh token that nobody uses. Procore tells no such time.
const boxRefreshLife = 60 * 24 * time.Hour

// signedIn looks at how the program signs in to a service, without calling it. A failure means that the
// service need not be asked anything else.
func (d *Doctor) signedIn(ctx context.Context, s office.Service) Finding {
	about := string(s) + ": sign-in"
	again := `run "procorebox connect ` + string(s) + `"`
	is, err := d.office.SignedIn(ctx, s)
	switch {
	case errors.Is(err, office.ErrNotConnected):
		return fail(about, again, "not connected, so nothing can be synced")
	case errors.Is(err, connect.ErrOtherKey):
		return fail(about, "bring the key file of the data directory back, or "+again, "the stored connection was sealed with another key")
	case err != nil:
		return fail(about, again, "%v", err)
	case is.Static:
		return warn(about, again+" to have tokens renewed", "a token of the environment serves; nobody renews it, and it is not known when it ends")
	case is.Ended != "":
		return fail(about, again, "a person must sign in again: %s", is.Ended)
	case is.Way != office.Browser:
		return fine(about, "by %s, as %s; new tokens need no person", is.Way, is.Account)
	}
	return d.refreshed(s, about, again, is)
}

func (d *Doctor) refreshed(s office.Service, about, again string, is office.SignedIn) Finding {
	age := d.now().Sub(is.Received)
	if s == office.ProcoreService {
		return fine(about, "as %s; the tokens came %s ago, and no end of an unused one is documented", is.Account, rough(age))
	}
	left := boxRefreshLife - age
	switch {
	case left <= 0:
		return fail(about, again, "the tokens of %s came %s ago; Box keeps unused ones for 60 days", is.Account, rough(age))
	case left < 15*24*time.Hour:
		return warn(about, "run any command that calls Box, or \"procorebox watch\"", "the tokens of %s end in %s if they are not used until then", is.Account, rough(left))
	}
	return fine(about, "as %s; the tokens came %s ago, and end in %s if they are not used until then", is.Account, rough(age), rough(left))
}

// rough says how long something is as people do.
func rough(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d hours", d/time.Hour)
	case d >= time.Minute && d < 2*time.Minute:
		return "1 minute"
	}
	return fmt.Sprintf("%d minutes", d/time.Minute)
}

// silent is what to do about a service that does not say whose account it is.
func silent(s office.Service, err error, variables string) string {
	if errors.Is(err, connect.ErrSignIn) {
		return `run "procorebox connect ` + string(s) + `"`
	}
	if why := office.Unserved(err); why != "" {
		return "run it again later: " + s.Title() + " " + why
	}
	return "look at the network, and at " + variables
}
