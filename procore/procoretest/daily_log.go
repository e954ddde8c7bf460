package procoretest

import "time"

// logDates is the range of days that a list of daily logs asks for: one day, a range, or today
// (section 10, trap 22).
func (c *call) logDates() (from, to string, err error) {
	from, to = c.query.Get("start_date"), c.query.Get("end_date")
	if one := c.query.Get("log_date"); one != "" {
		from, to = one, one
	}
	if from == "" && to == "" {
		today := c.drive().now().UTC().Format(time.DateOnly)
		return today, today, nil
	}
	first, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return "", "", badField("start_date", "is not a date")
	}
	last, err := time.Parse(time.DateOnly, to)
	if err != nil {
		return "", "", badField("end_date", "is not a date")
	}
	if c.procore.options.Switches.WideLogsRefused && last.Sub(first) > widestLog*24*time.Hour {
		return "", "", badField("end_date", "is too far from start_date")
	}
	return from, to, nil
}

// widestLog is how many days a list of daily logs covers with the switch WideLogsRefused.
const widestLog = 91
