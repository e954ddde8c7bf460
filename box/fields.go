package box

import "net/url"

// What is asked for is always named: without fields Box leaves out sizes, times and parents in
// listings, and with them it adds no more than type, id and etag for certain. Names that a type does
// not know are left out, since what Box does about them is not documented.
const (
	common = "type,id,sequence_id,etag,name,size,created_at,modified_at," +
		"content_created_at,content_modified_at,trashed_at,purged_at,item_status," +
		"parent,modified_by,owned_by,permissions,shared_link"

	// folderFields is everything that Item holds of a folder.
	folderFields = common + ",path_collection"
	// fileFields is everything that Item holds of a file.
	fileFields = common + ",sha1,file_version,lock,is_package,path_collection"
	// listFields is what listings ask for, which hold files and folders side by side. The path is
	// the same for a thousand entries and is left out.
	listFields = common + ",sha1,file_version,lock,is_package"

	// trashedFolderFields and trashedFileFields are what Box describes of what was trashed. Nobody has
	// permissions there, and nothing is locked.
	trashedFolderFields = "type,id,sequence_id,etag,name,size,created_at,modified_at," +
		"content_created_at,content_modified_at,trashed_at,purged_at,item_status," +
		"parent,created_by,modified_by,owned_by,shared_link,description,path_collection"
	trashedFileFields = trashedFolderFields + ",sha1,file_version"

	versionFields = "type,id,sha1,name,size,created_at,modified_at,modified_by," +
		"trashed_at,purged_at,version_number"
	userFields = "type,id,name,login,status,timezone,space_amount,space_used,max_upload_size," +
		"enterprise,role,hostname"
	collaborationFields = "type,id,item,accessible_by,role,status,expires_at,created_by,created_at,modified_at"
)

// with returns a query that asks for fields, and for more: names and values in turn. An empty value
// is left out.
func with(fields string, more ...string) url.Values {
	q := url.Values{}
	if fields != "" {
		q.Set("fields", fields)
	}
	for i := 0; i+1 < len(more); i += 2 {
		if more[i+1] != "" {
			q.Set(more[i], more[i+1])
		}
	}
	return q
}
