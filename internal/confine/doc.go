// Package confine takes from the process what linting does not need, before a byte of the
// repository is read: what a stranger's pull request makes of the code that reads it finds no socket, no
// program, no file that it could write, and none to read but those of the repository.
//
// Its layers are independent of each other, and each works where the system has it:
//
//   - package first: a supervisor, and no sockets and programs, before any library has run;
//   - limits of the system on data, open files and processor time;
//   - an allow-list of system calls (seccomp);
//   - an allow-list of files (Landlock);
//   - a watchdog on memory and time, which is Go's own and works everywhere.
//
// A process is confined once, and for good.
package confine
