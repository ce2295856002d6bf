// Package doctor owns what is checked on a machine and at a recorder before somebody calls for help: what each finding means, and what to
// do about it, in English and in Chinese. It asks nothing itself: what was found out is given to it, and it judges.
package doctor
