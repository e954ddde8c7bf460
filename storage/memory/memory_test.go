package memory_test

import "context"

var bare = context.Background()
