package office

import (
	"time"

	"github.com/procorebox/procorebox/procore"
)

// unheard is how long Procore is left unasked about a tool of which no webhook has come. What one that was lost
// would have told comes so much later.
const unheard = 5 * time.Minute

// trust says how far the webhooks of a company are to be believed: not at all, as long as nobody keeps them.
func (o *Office) trust(company string) (*procore.Trust, error) {
	o.trusting.Lock()
	defer o.trusting.Unlock()
	if t := o.trusts[company]; t != nil {
		return t, nil
	}
	t, err := procore.NewTrust(procore.TrustOptions{Longest: unheard})
	if err != nil {
		return nil, err
	}
	if o.trusts == nil {
		o.trusts = map[string]*procore.Trust{}
	}
	o.trusts[company] = t
	return t, nil
}
