// Package mapping says which Procore project, or which company's documents, belongs to which folder in
// Box, and makes pairs of that for the engine in package syncer.
package mapping
