package procoretest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// linkPath is where file links lead. Clients take the whole link as it is (section 6).
const linkPath = "/api/v5/files/us-east-1/pro-core.com/companies/"

// linkLife is how long a link is good with the switch LinksExpire.
const linkLife = time.Hour

func linkRoutes() []route {
	return []route{
		newRoute("GET "+linkPath+"{company_id}/{key}", personal, "", NoAccess, followLink).on(filesOrigin),
	}
}

// sign is what the fake makes its links and forms safe with.
func (p *Procore) sign(parts ...string) string {
	mac := hmac.New(sha256.New, []byte(p.options.ClientSecret))
	mac.Write([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(mac.Sum(nil))
}

// linkOf is the link of some contents.
func (p *Procore) linkOf(s *stored) string {
	project := ""
	if s.at.project != nil {
		project = strconv.FormatInt(s.at.project.id, 10)
	}
	until := ""
	if life := p.linkLife(); life > 0 {
		until = strconv.FormatInt(p.clock.Now().Add(life).Unix(), 10)
	}
	q := url.Values{"companyId": {fmt.Sprint(s.at.company.id)}, "sig": {p.sign("link", s.key, until)}}
	if project != "" {
		q.Set("projectId", project)
	}
	if until != "" {
		q.Set("until", until)
	}
	return fmt.Sprintf("%s%s%d/%s?%s", p.options.URLs.Files, linkPath, s.at.company.id, s.key, q.Encode())
}

func (p *Procore) linkLife() time.Duration {
	switch {
	case p.options.LinkLife > 0:
		return p.options.LinkLife
	case p.options.Switches.LinksExpire:
		return linkLife
	}
	return 0
}

// followLink leads to a signed address of the storage. The signature alone is not enough: a token is
// needed, too (section 6).
func followLink(c *call) (*reply, error) {
	p := c.procore
	until := c.query.Get("until")
	s := c.drive().keys[c.ids["key"]]
	switch {
	case s == nil || !hmac.Equal([]byte(c.query.Get("sig")), []byte(p.sign("link", c.ids["key"], until))):
		return nil, notFound()
	case until != "" && passed(until, p.clock.Now()):
		return nil, refuse(http.StatusForbidden, "The link has expired")
	}
	return redirect(p.targetOf(s)), nil
}

// passed says whether a time in Unix seconds is over.
func passed(text string, now time.Time) bool {
	end, err := strconv.ParseInt(text, 10, 64)
	return err != nil || now.Unix() >= end
}
