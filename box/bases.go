package box

import (
	"cmp"
	"net/url"
	"strings"
)

// Bases are the three origins of Box. The zero value means the real ones. Another one stands for an
// origin with the path that is named here. http is for fakes, and for whoever sees to it that nobody listens:
// tokens go in clear.
type Bases struct {
	API    string // stands for https://api.box.com
	Upload string // stands for https://upload.box.com/api
	Login  string // stands for https://account.box.com/api
}

// BasesFrom reads BOX_API_BASE, BOX_UPLOAD_BASE and BOX_LOGIN_BASE by a function like os.Getenv. What
// is not set is the real one.
func BasesFrom(getenv func(name string) string) Bases {
	return Bases{API: getenv("BOX_API_BASE"), Upload: getenv("BOX_UPLOAD_BASE"), Login: getenv("BOX_LOGIN_BASE")}
}

const (
	realAPI    = "https://api.box.com"
	realUpload = "https://upload.box.com/api"
)

// complete fills in the real origins, and checks those that were given.
func (b Bases) complete() (Bases, error) {
	b.API = strings.TrimSuffix(cmp.Or(b.API, realAPI), "/")
	b.Upload = strings.TrimSuffix(cmp.Or(b.Upload, realUpload), "/")
	b.Login = strings.TrimSuffix(cmp.Or(b.Login, "https://account.box.com/api"), "/")
	for name, base := range map[string]string{"API": b.API, "Upload": b.Upload, "Login": b.Login} {
		u, err := url.Parse(base)
		switch {
		case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
			return b, invalid("Bases.%s is no https or http URL", name)
		case u.User != nil:
			return b, invalid("Bases.%s has a user", name)
		case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
			return b, invalid("Bases.%s has a query or a fragment", name)
		}
	}
	return b, nil
}

// trust says which hosts beside that of the API get the token: those that take uploads. Box names
// them in upload sessions, and they are not always the same.
func (b Bases) trust(u *url.URL) bool {
	if b.Upload == realUpload {
		return u.Scheme == "https" && strings.HasSuffix(u.Hostname(), ".box.com")
	}
	own, err := url.Parse(b.Upload)
	return err == nil && own.Scheme == u.Scheme && own.Host == u.Host
}
