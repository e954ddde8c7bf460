package box

import (
	"fmt"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// unfinished is one upload, and the session of an earlier try of it if there is one. What is remembered is
// of no use without a token of the account.
type unfinished struct {
	*connect.Begun

	session *UploadSession
}

// begun returns what is remembered of an upload. It is nobody else's until Done is called.
func (c *Client) begun(to Target, content syncer.Content) *unfinished {
	u := &unfinished{Begun: c.sessions.Take(c.options.AsUser, to.FileID, to.ParentID, to.Name, content.Size, content.Digest)}
	session := new(UploadSession)
	if !u.Load(session) || session.check() != nil || session.ID == "" {
		return u
	}
	if end := session.SessionExpiresAt; end.IsZero() || !time.Now().After(end) {
		u.session = session // one that cannot be used any more is as good as none
	}
	return u
}

// keep remembers a session.
func (u *unfinished) keep(session *UploadSession) error {
	if err := u.Keep(session); err != nil {
		return fmt.Errorf("remember upload session: %w", err)
	}
	return nil
}

// forget removes what is remembered.
func (u *unfinished) forget() error {
	if err := u.Forget(); err != nil {
		return fmt.Errorf("forget upload session: %w", err)
	}
	return nil
}
