// Package inventory lists what runs, and the environment that it will see.
//
// Units hold workloads, and compose files services; either is a pod of containers. A
// container's variables are bindings: each reference (envFrom, secretKeyRef, $(NAME),
// ${NAME} of a .env) is followed to the entry that the value is written in, in the unit, in
// another one of its namespace, in a script. What cannot be followed has the reason in the
// place of its value. A binding's place is found when somebody asks for it.
package inventory
