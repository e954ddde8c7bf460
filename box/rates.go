package box

// Kinds of calls that Box counts apart, for connect.Pace.
const (
	KindUpload = "upload"
	KindSearch = "search"
)
