//go:build race

package server

const raceFrames = 3000
