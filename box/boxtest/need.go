package boxtest

// What a call needs a token for.
const (
	needNothing need = iota
	needRead
	needDownload
	needUpload
	needRename
	needDelete
	needShare
	needWrite
	needWebhook
)

const scopeAny = "*"

type need int

// needOf is what a downscoped token is good for, which the token that it is made of must be good for,
// too.
func needOf(scope string) need {
	switch scope {
	case "item_download":
		return needDownload
	case "item_upload", "base_upload":
		return needUpload
	case "item_rename":
		return needRename
	case "item_delete":
		return needDelete
	case "item_share":
		return needShare
	case scopeWrite:
		return needWrite
	}
	return needRead
}

// scopes are those of which a token must have one (sections 2.1 and 10).
func (n need) scopes() []string {
	switch n {
	case needRead:
		return []string{
			scopeRead, scopeWrite, "base_picker", "base_explorer", "base_preview", "base_upload", "base_sidebar",
			"item_read", "item_download", "item_upload", "item_preview", "item_rename", "item_delete", "item_share",
		}
	case needDownload:
		return []string{scopeRead, scopeWrite, "item_download"}
	case needUpload:
		return []string{scopeWrite, "item_upload", "base_upload"}
	case needRename:
		return []string{scopeWrite, "item_rename", "item_share"}
	case needDelete:
		return []string{scopeWrite, "item_delete"}
	case needShare:
		return []string{scopeWrite, "item_share"}
	case needWrite:
		return []string{scopeWrite}
	case needWebhook:
		return []string{scopeWebhook}
	case needNothing:
	}
	return []string{scopeAny}
}
