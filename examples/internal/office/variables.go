package office

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"github.com/procorebox/procorebox/syncer"
)

// A variable of the environment, and what its value must be.
type variable struct {
	name, value string
	check       func(name, value string) error
}

// check returns what is wrong with the first variable that cannot be what it should, before anybody is
// asked. The error names the variable. What may be a secret is not in it.
func (s *Settings) check() error {
	for _, v := range s.variables() {
		if v.value == "" {
			continue
		}
		if err := v.check(v.name, v.value); err != nil {
			return fmt.Errorf("%w: %w", err, syncer.ErrInvalid)
		}
	}
	return nil
}

func (s *Settings) variables() []variable {
	b, p := s.Box, s.Procore
	return []variable{
		{"BOX_API_BASE", b.Bases.API, address("https://api.box.com")},
		{"BOX_UPLOAD_BASE", b.Bases.Upload, address("https://upload.box.com/api")},
		{"BOX_LOGIN_BASE", b.Bases.Login, address("https://account.box.com/api")},
		{"BOX_TOKEN", b.Token, noSpace},
		{"BOX_CLIENT_ID", b.ClientID, noSpace},
		{"BOX_CLIENT_SECRET", b.ClientSecret, noSpace},
		{"BOX_REFRESH_TOKEN", b.RefreshToken, noSpace},
		{"BOX_ENTERPRISE_ID", b.Enterprise, aNumber},
		{"BOX_USER_ID", b.User, aNumber},
		{"BOX_FOLDER_ID", b.Folder, aNumber},
		{"BOX_WEBHOOK_PRIMARY_KEY", b.HookKeys.Primary, noSpace},
		{"BOX_WEBHOOK_SECONDARY_KEY", b.HookKeys.Secondary, noSpace},
		{"PROCORE_BASE", p.Bases.API, host("https://api.procore.com")},
		{"PROCORE_LOGIN_BASE", p.Bases.Login, host("https://login.procore.com")},
		{"PROCORE_TOKEN", p.Token, noSpace},
		{"PROCORE_CLIENT_ID", p.ClientID, noSpace},
		{"PROCORE_CLIENT_SECRET", p.ClientSecret, noSpace},
		{"PROCORE_REFRESH_TOKEN", p.RefreshToken, noSpace},
		{"PROCORE_COMPANY_ID", p.Company, aNumber},
		{"PROCORE_PROJECT_ID", p.Project, aNumber},
	}
}

// address wants one like the example.
func address(example string) func(name, value string) error {
	return func(name, value string) error {
		u, err := url.Parse(value)
		switch {
		case strings.ContainsAny(value, "@?#"): // what stands there may be a secret
			return fmt.Errorf("%s must be an address such as %s, without user, password, ? and #", name, example)
		case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
			return fmt.Errorf("%s must be an address such as %s, not %q", name, example, value)
		case u.Scheme == "http" && local(value) != nil:
			return fmt.Errorf("%s must begin with https://, not %q: http:// would send tokens in clear, and is for fakes on this machine", name, value)
		}
		return nil
	}
}

// host wants an address that ends with the host.
func host(example string) func(name, value string) error {
	return func(name, value string) error {
		if err := address(example)(name, value); err != nil {
			return err
		}
		if u, err := url.Parse(value); err != nil || strings.TrimSuffix(u.Path, "/") != "" {
			return fmt.Errorf("%s must end with the host, as in %s, not %q", name, example, value)
		}
		return nil
	}
}

// noSpace is what tokens, and the IDs and secrets of apps, have in common.
func noSpace(name, value string) error {
	if strings.ContainsFunc(value, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsGraphic(r) || r == ' ' }) {
		return fmt.Errorf("%s has a space, a line break or another character in it that none of its kind has: copy it again", name)
	}
	return nil
}

func aNumber(name, value string) error {
	if _, err := strconv.ParseUint(value, 10, 63); err != nil {
		return fmt.Errorf("%s must be a number, not %q", name, value)
	}
	return nil
}
