// Command server measures collabd as a server beside others, in the same run
// and by the same driver.
package main
