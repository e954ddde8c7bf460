package boxtest

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
)

// allTriggers are those that a webhook can wait for (section 6.4).
func allTriggers() []string {
	return strings.Fields(`
		FILE.UPLOADED FILE.PREVIEWED FILE.DOWNLOADED FILE.TRASHED FILE.DELETED FILE.RESTORED FILE.COPIED
		FILE.MOVED FILE.LOCKED FILE.UNLOCKED FILE.RENAMED
		COMMENT.CREATED COMMENT.UPDATED COMMENT.DELETED TASK_ASSIGNMENT.CREATED TASK_ASSIGNMENT.UPDATED
		METADATA_INSTANCE.CREATED METADATA_INSTANCE.UPDATED METADATA_INSTANCE.DELETED
		FOLDER.CREATED FOLDER.RENAMED FOLDER.DOWNLOADED FOLDER.RESTORED FOLDER.DELETED FOLDER.COPIED FOLDER.MOVED
		FOLDER.TRASHED WEBHOOK.DELETED
		COLLABORATION.CREATED COLLABORATION.ACCEPTED COLLABORATION.REJECTED COLLABORATION.REMOVED
		COLLABORATION.UPDATED SHARED_LINK.DELETED SHARED_LINK.CREATED SHARED_LINK.UPDATED
		SIGN_REQUEST.COMPLETED SIGN_REQUEST.DECLINED SIGN_REQUEST.EXPIRED SIGN_REQUEST.SIGNER_EMAIL_BOUNCED`)
}

// triggerOf says which trigger news pulls, "" for none.
func triggerOf(n news) string {
	switch n.kind {
	case eventUpload:
		return "FILE.UPLOADED"
	case eventLock:
		return "FILE.LOCKED"
	case eventUnlock:
		return "FILE.UNLOCKED"
	case eventShared:
		return "SHARED_LINK.CREATED"
	case eventUnshared:
		return "SHARED_LINK.DELETED"
	case eventInvited:
		return "COLLABORATION.CREATED"
	case eventCollaborator:
		return "COLLABORATION.ACCEPTED"
	case eventRoleChange:
		return "COLLABORATION.UPDATED"
	case eventUninvited:
		return "COLLABORATION.REMOVED"
	}
	verb := map[string]string{
		eventMove: "MOVED", eventRename: "RENAMED", eventCopy: "COPIED", eventTrash: "TRASHED",
		eventUndelete: "RESTORED", eventPurge: "DELETED", eventDownload: "DOWNLOADED", eventCreate: "CREATED",
	}[n.kind]
	switch {
	case verb == "" || n.item.kind == webLinkKind:
		return ""
	case n.item.kind == folderKind:
		return "FOLDER." + verb
	case verb == "CREATED":
		return ""
	}
	return "FILE." + verb
}

// uuid is a made up id of a message.
func uuid(n int) string {
	sum := sha256.Sum256([]byte("message " + strconv.Itoa(n)))
	return fmt.Sprintf("%x-%x-4%x-8%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
