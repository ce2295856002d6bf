// Package machine asks the operating system what the program has to live with: whether the clock is kept right, how many files it may
// open, how much memory there is. What cannot be found out is said to be unknown, never guessed. It imports nothing of this project.
package machine
