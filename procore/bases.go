package procore

import (
	"cmp"
	"net/url"
	"strings"
)

// Bases are the two origins of an environment of Procore. The zero value means production, for all
// regions: the company that a call names leads it to its region. Tokens, apps and data of one
// environment mean nothing in another. http is for fakes, and for whoever sees to it that nobody listens:
// tokens go in clear.
type Bases struct {
	API   string // stands for https://api.procore.com
	Login string // stands for https://login.procore.com
}

// Sandbox is the environment of developers, with apps of its own.
func Sandbox() Bases {
	return Bases{API: "https://sandbox.procore.com", Login: "https://login-sandbox.procore.com"}
}

// MonthlySandbox is the copy of production that is made anew each month; what was done there is lost
// then.
func MonthlySandbox() Bases {
	return Bases{API: "https://api-monthly.procore.com", Login: "https://login-sandbox-monthly.procore.com"}
}

// Federal is the environment of government work.
func Federal() Bases {
	return Bases{API: "https://api.procoregov.com", Login: "https://login.procoregov.com"}
}

// BasesFrom reads PROCORE_BASE and PROCORE_LOGIN_BASE by a function like os.Getenv. What is not set is
// that of production.
func BasesFrom(getenv func(name string) string) Bases {
	return Bases{API: getenv("PROCORE_BASE"), Login: getenv("PROCORE_LOGIN_BASE")}
}

const (
	realAPI   = "https://api.procore.com"
	realLogin = "https://login.procore.com"
)

// complete fills in the real origins, and checks those that were given.
func (b Bases) complete() (Bases, error) {
	b.API = strings.TrimSuffix(cmp.Or(b.API, realAPI), "/")
	b.Login = strings.TrimSuffix(cmp.Or(b.Login, realLogin), "/")
	for name, base := range map[string]string{"API": b.API, "Login": b.Login} {
		u, err := url.Parse(base)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
			return b, invalid("Bases.%s is no https or http URL", name)
		}
		if u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
			return b, invalid("Bases.%s is more than an origin", name)
		}
	}
	return b, nil
}

// trust says which hosts beside that of the API get the token: Procore gives files away at any host
// of its domain. What those redirect to is storage, which refuses a request that bears a token.
func (b Bases) trust(u *url.URL) bool {
	api, err := url.Parse(b.API)
	if err != nil {
		return false
	}
	for _, domain := range []string{".procore.com", ".procoregov.com"} {
		if api.Scheme == "https" && strings.HasSuffix(api.Hostname(), domain) {
			return u.Scheme == "https" && strings.HasSuffix(strings.ToLower(u.Hostname()), domain)
		}
	}
	return api.Scheme == u.Scheme && strings.EqualFold(api.Host, u.Host)
}
