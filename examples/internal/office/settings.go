package office

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/syncer"
)

// Settings are what the environment says. Nothing of it is stored but by Connect.
type Settings struct {
	// Data is the data directory.
	Data string
	// Settle, if it is not nil, is how long after a write a service may still show the old state. It is
	// for fakes, which show the new one at once, and refused for anything else.
	Settle *time.Duration
	// Keep is how long runs and what they did are remembered, less than 0 for ever; 0 means 400 days.
	Keep    time.Duration
	Box     BoxSettings
	Procore ProcoreSettings
}

// BoxSettings are the variables that begin with BOX_.
type BoxSettings struct {
	Bases box.Bases
	// Token is an access token that somebody else takes care of. It serves where no connection is stored.
	Token                  string
	ClientID, ClientSecret string
	RefreshToken           string
	// Enterprise or User say whom a server acts as that signs in by itself.
	Enterprise, User string
	// JWT is the path of the file that the developer console offers to apps that sign in with a key.
	JWT string
	// Folder is what a link is made with if nothing else is said.
	Folder string
	// HookKeys are the signature keys of the app, which prove that a webhook is Box's.
	HookKeys box.WebhookKeys
}

// ProcoreSettings are the variables that begin with PROCORE_.
type ProcoreSettings struct {
	Bases procore.Bases
	// Token is an access token that somebody else takes care of. It serves where no connection is stored.
	Token                  string
	ClientID, ClientSecret string
	RefreshToken           string
	// Company and Project are what a link is made with if nothing else is said.
	Company, Project string
}

// FromEnvironment reads the variables by a function like os.Getenv. The data directory is that of
// PROCOREBOX_DATA, or else "procorebox" where the system keeps what programs remember of a user. An
// error wraps syncer.ErrInvalid and names the variable.
func FromEnvironment(getenv func(string) string) (Settings, error) {
	s := Settings{
		Data: getenv("PROCOREBOX_DATA"),
		Box: BoxSettings{
			Bases:        box.BasesFrom(getenv),
			Token:        getenv("BOX_TOKEN"),
			ClientID:     getenv("BOX_CLIENT_ID"),
			ClientSecret: getenv("BOX_CLIENT_SECRET"),
			RefreshToken: getenv("BOX_REFRESH_TOKEN"),
			Enterprise:   getenv("BOX_ENTERPRISE_ID"),
			User:         getenv("BOX_USER_ID"),
			JWT:          getenv("BOX_JWT_CONFIG"),
			Folder:       getenv("BOX_FOLDER_ID"),
			HookKeys: box.WebhookKeys{
				Primary: getenv("BOX_WEBHOOK_PRIMARY_KEY"), Secondary: getenv("BOX_WEBHOOK_SECONDARY_KEY"),
			},
		},
		Procore: ProcoreSettings{
			Bases:        procore.BasesFrom(getenv),
			Token:        getenv("PROCORE_TOKEN"),
			ClientID:     getenv("PROCORE_CLIENT_ID"),
			ClientSecret: getenv("PROCORE_CLIENT_SECRET"),
			RefreshToken: getenv("PROCORE_REFRESH_TOKEN"),
			Company:      getenv("PROCORE_COMPANY_ID"),
			Project:      getenv("PROCORE_PROJECT_ID"),
		},
	}
	if settle := getenv("PROCOREBOX_SETTLE"); settle != "" {
		d, err := time.ParseDuration(settle)
		if err != nil || d < 0 {
			return s, fmt.Errorf("PROCOREBOX_SETTLE must be a time such as 10s, not %q: %w", settle, syncer.ErrInvalid)
		}
		s.Settle = &d
	}
	if days := getenv("PROCOREBOX_KEEP_DAYS"); days != "" {
		n, err := strconv.Atoi(days)
		if err != nil || n < 0 || n > 36500 {
			return s, fmt.Errorf("PROCOREBOX_KEEP_DAYS must be a number of days, 0 for ever, not %q: %w", days, syncer.ErrInvalid)
		}
		s.Keep = time.Duration(n) * 24 * time.Hour
		if n == 0 {
			s.Keep = -1
		}
	}
	if s.Data == "" {
		dir, err := os.UserConfigDir()
		if err != nil {
			return s, fmt.Errorf("no data directory: set PROCOREBOX_DATA or --data: %w", err)
		}
		s.Data = filepath.Join(dir, "procorebox")
	}
	return s, s.check()
}

// fakeOnly refuses what is for fakes alone if a service is not on this machine.
func (s *Settings) fakeOnly(of Service) error {
	if s.Settle == nil {
		return nil
	}
	bases := [][2]string{{"BOX_API_BASE", s.Box.Bases.API}, {"BOX_UPLOAD_BASE", s.Box.Bases.Upload}}
	if of == ProcoreService {
		bases = [][2]string{{"PROCORE_BASE", s.Procore.Bases.API}}
	}
	for _, base := range bases {
		if err := local(base[1]); err != nil {
			return fmt.Errorf("PROCOREBOX_SETTLE is for fakes only: %s: %w: %w", base[0], err, syncer.ErrInvalid)
		}
	}
	return nil
}

// local wants a URL of this machine.
func local(base string) error {
	if base == "" {
		return errors.New("it is not set, so it is the real service")
	}
	u, err := url.Parse(base)
	if err != nil {
		return errors.New("it is no URL")
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return errors.New("it is on another machine")
	}
	return nil
}
