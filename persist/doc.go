// Package persist keeps documents.
package persist
