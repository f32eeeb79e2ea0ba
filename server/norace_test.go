//go:build !race

package server

const raceFrames = 0
