package main

import (
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// advised is an error with what to do about it, where only the place where it happened knows that.
type advised struct {
	error

	advice string
}

func (e *advised) Unwrap() error { return e.error }

// advice says what to do about an error, in the words of a person who is about to type; "" if the error
// says it, or if nobody knows.
func advice(err error) string {
	if a, ok := errors.AsType[*advised](err); ok && a.advice != "" {
		return a.advice
	}
	if n, ok := errors.AsType[*office.NoItem](err); ok {
		return adviceOnItem(n)
	}
	if o, ok := errors.AsType[*mapping.OverlapError](err); ok {
		return adviceOnOverlap(o)
	}
	if errors.Is(err, office.ErrKey) && errors.Is(err, syncer.ErrDamaged) {
		return "it was left as it is; bring back the copy of it, or move it away and connect again: nothing but connections is sealed with it"
	}
	for _, a := range []struct {
		about  error
		advice string
	}{
		{mapping.ErrNoLink, `"procorebox link list" shows those that there are`},
		{errNoLinks, `"procorebox link add" makes one`},
		{office.ErrNoDirectory, `"procorebox connect" makes one; if there is one already, name it with --data or PROCOREBOX_DATA`},
		{sqlite.ErrNewer, "it was left as it is; use the version of the program that wrote it, or a newer one"},
		{connect.ErrOtherKey, ""},
		{office.ErrNoBackup, "nothing was touched; take another file that \"procorebox backup\" has made"},
		{syncer.ErrDamaged, "it was left as it is; bring back a backup (\"procorebox restore FILE --replace\"), or name an empty directory " +
			"with --data and make the links again: what both sides have in common is paired then, and nothing on either side is lost"},
		{syscall.ENOSPC, "make room and run it again; nothing is lost"},
	} {
		if errors.Is(err, a.about) {
			return a.advice
		}
	}
	return adviceOnService(err)
}

// adviceOnOverlap says how two links can be kept apart.
func adviceOnOverlap(o *mapping.OverlapError) string {
	with := quote(o.With)
	if o.Tool != "" {
		return `a tool belongs to one link: leave it out here, or remove that link first ("procorebox link remove ` + with + `"); "procorebox link show ` + with + `" shows it`
	}
	return `name a folder with --box-folder that is neither in that of the other link nor above it ("procorebox link show ` + with +
		`" shows it, "procorebox folders" lists others), or remove that link first ("procorebox link remove ` + with + `")`
}

// adviceOnItem says where to look for an item that nobody has.
func adviceOnItem(n *office.NoItem) string {
	line := "procorebox files " + quote(n.Link)
	if n.Number != "" {
		return `name it by its path, as "` + line + `" shows it`
	}
	return `"` + line + " " + quote(n.Folder) + `" shows what there is`
}

// adviceOnService is advice on what a service answered, or that it did not.
func adviceOnService(err error) string {
	s, known := serviceOf(err)
	switch {
	case !known || errors.Is(err, errors.ErrUnsupported):
		return ""
	case errors.Is(err, connect.ErrSignIn):
		do := `sign in with "procorebox connect ` + string(s) + `"`
		if v, ok := errors.AsType[*office.VariableError](err); ok { // it counts where no connection is stored
			do += ", or set a " + v.Variable + " that is good"
		}
		return do
	case errors.Is(err, connect.ErrClient):
		return "compare " + variable(s, "CLIENT_ID") + " and " + variable(s, "CLIENT_SECRET") + " with what " + s.Title() +
			` says of the app, and run "procorebox connect ` + string(s) + `"`
	case unreached(err):
		return "look at the network, and at " + base(s) + " if it is set; nothing is lost, so run it again then"
	case office.Unserved(err) != "":
		return s.Title() + " " + office.Unserved(err) + "; nothing is lost, so run it again later"
	case errors.Is(err, fs.ErrPermission):
		return `"procorebox doctor" says which rights are missing`
	case errors.Is(err, fs.ErrNotExist) && s == office.ProcoreService:
		return `PROCORE_COMPANY_ID or PROCORE_BASE may be wrong; "procorebox companies" and "procorebox projects" list what the account sees`
	case errors.Is(err, fs.ErrNotExist) && box.HasCode(err, "not_found"):
		return `"procorebox folders" lists what the account sees`
	case errors.Is(err, fs.ErrNotExist):
		return "BOX_API_BASE does not lead to Box" // which names the cause of what it does not find
	}
	return ""
}

// serviceOf tells which service a call went to.
func serviceOf(err error) (office.Service, bool) {
	if _, ok := errors.AsType[*procore.Error](err); ok {
		return office.ProcoreService, true
	}
	if _, ok := errors.AsType[*box.Error](err); ok {
		return office.BoxService, true
	}
	call, ok := errors.AsType[*connect.Error](err)
	switch {
	case !ok:
		return "", false
	case strings.HasPrefix(call.Path, "/2.0/"):
		return office.BoxService, true
	}
	return office.ProcoreService, strings.HasPrefix(call.Path, "/rest/")
}

// unreached reports whether a call was never answered.
func unreached(err error) bool {
	call, ok := errors.AsType[*connect.Error](err)
	return ok && call.Status == 0 && errors.Is(err, syncer.ErrBusy)
}

func variable(s office.Service, end string) string { return strings.ToUpper(string(s)) + "_" + end }

// base is the variable that says where a service is.
func base(s office.Service) string {
	if s == office.BoxService {
		return "BOX_API_BASE"
	}
	return "PROCORE_BASE"
}

// signInAdvice adds to the error of signing in what can be wrong with what was given for it.
func signInAdvice(s office.Service, err error) error {
	switch {
	case err == nil || advice(err) != "":
		return err
	case errors.Is(err, connect.ErrClient):
		return &advised{err, "compare " + variable(s, "CLIENT_ID") + " and " + variable(s, "CLIENT_SECRET") + " with what " + s.Title() +
			" says of the app; an administrator must have authorized it, too, if it signs in by itself"}
	case errors.Is(err, connect.ErrSignIn):
		return &advised{err, "what was given to sign in with is used up, has ended, or is for another app; with no flags a person signs in with a browser"}
	case office.Unserved(err) != "":
		return &advised{err, s.Title() + " " + office.Unserved(err) + "; run it again later"}
	case errors.Is(err, syncer.ErrBusy):
		at := variable(s, "LOGIN_BASE")
		if s == office.BoxService {
			at = base(s) // which gives tokens, too
		}
		return &advised{err, "look at the network, and at " + at + " if it is set"}
	}
	return err
}

// hint is what errors of sign-in say to those who only see them in a log. The advice says it better.
var hint = regexp.MustCompile(` \("procorebox connect (box|procore)" does that\)`)

// linesOf returns the lines of an error, each once, with what to do about it.
func linesOf(err error) []string {
	var all []string
	for _, part := range each(err) {
		text := strings.TrimSpace(part.Error())
		for _, known := range []error{syncer.ErrInvalid, syncer.ErrBusy} { // it says what is invalid, or why the service is busy
			text = strings.TrimSuffix(text, ": "+known.Error())
		}
		do := advice(part)
		if do != "" {
			text = hint.ReplaceAllString(text, "")
		}
		lines := strings.Split(text, "\n")
		if do != "" {
			lines[len(lines)-1] += "; " + do
		}
		for _, line := range lines {
			if line != "" && !slices.Contains(all, line) {
				all = append(all, line)
			}
		}
	}
	return all
}

// each yields the errors that errors.Join has joined, or err itself.
func each(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	var text []string
	for _, part := range joined.Unwrap() {
		all = append(all, each(part)...)
		text = append(text, part.Error())
	}
	if strings.Join(text, "\n") != err.Error() {
		return []error{err} // an error of its own that wraps several
	}
	return all
}
