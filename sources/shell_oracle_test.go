package sources_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testrepo"
	"github.com/keylint/keylint/sources"
)

// shellFiles are what the scripts below read. Compose has what its .env holds where the shell has nothing.
const shellFiles = `
-- compose.yml --
services: {}
-- .env --
ANON_KEY=compose
-- prod.env --
# comment
ANON_KEY=prod
OTHER=1
-- dev.env --
ANON_KEY=dev
-- quoted.env --
ANON_KEY="quo\"ted"
-- single.env --
ANON_KEY='a$b'
-- dollar.env --
X=1
ANON_KEY=a$X
-- spaced.env --
ANON_KEY=a b
-- hash.env --
ANON_KEY=a#b
-- commented.env --
ANON_KEY=abc # the one of 2026
-- escaped.env --
ANON_KEY="a\nb"
-- backslash.env --
ANON_KEY=a\b
-- blank.env --
ANON_KEY = abc
-- colon.env --
ANON_KEY: abc
-- double.env --
ANON_KEY=first
ANON_KEY=second
-- exported.env --
export ANON_KEY=exported
-- half.env --
OTHER=1
export ANON_KEY=half
ANON_KEY=other
-- code.env --
ANON_KEY=$(echo abc)
-- refers.env --
BASE_KEY=base
ANON_KEY=${BASE_KEY}
-- bad.env --
ANON_KEY=a(b
-- lib.sh --
export ANON_KEY=lib
-- args.sh --
export ANON_KEY=$1
-- returns.sh --
export ANON_KEY=returned
return
export ANON_KEY=never
-- empty.env --
-- dir/prod.env --
ANON_KEY=dir
`

// shellScripts are followed and run. RUN stands for the command that starts compose, or makes a
// Secret; known says that keylint must know the outcome.
var shellScripts = []struct {
	text  string
	known bool
}{
	{"RUN", true},
	{"export ANON_KEY=abc\nRUN", true},
	{"ANON_KEY=abc\nRUN", true},
	{"ANON_KEY=abc\nexport ANON_KEY\nRUN", true},
	{"set -a; . ./prod.env; set +a\nRUN", true},
	{"set -o allexport; source prod.env; set +o allexport\nRUN", true},
	{"set -euo allexport; source prod.env\nRUN", false},
	{"export $(grep -v '^#' prod.env | xargs)\nRUN", true},
	{"env $(cat prod.env | grep -v '^#' | xargs) RUN", true},
	// quotes
	{`export ANON_KEY="a\b\"c\$d"` + "\nRUN", false},
	{`export ANON_KEY='a\b"c$d'` + "\nRUN", true},
	{`export ANON_KEY=a\b\$c` + "\nRUN", false},
	{`export ANON_KEY=$'a\tb'` + "\nRUN", false},
	{`export ANON_KEY=$"ab"` + "\nRUN", false},
	{`export ANON_KEY=a"b"'c'` + "\nRUN", true},
	{"export ANON_KEY=\"a\\\nb\"\nRUN", false},
	{"export ANON_KEY='a\nb'\nRUN", false},
	{"export ANON_KEY={a,b}\nRUN", false},
	{"export ANON_KEY=~/x\nRUN", false},
	{"export ANON_KEY=`echo abc`\nRUN", false},
	{`export ANON_KEY="$(echo "a  b")"` + "\nRUN", false},
	{`export ANON_KEY=$(echo -n abc)` + "\nRUN", false},
	{`export ANON_KEY=$(echo -e 'a\tb')` + "\nRUN", false},
	{"export ANON_KEY=$(echo a b)\nRUN", false},
	{"export ANON_KEY=$((1+1))\nRUN", false},
	{"export ANON_KEY=abc OTHER=$ANON_KEY\nRUN", true},
	// parameters
	{"export ANON_KEY=${X:-abc}\nRUN", true},
	{"X=\nexport ANON_KEY=${X:-abc}\nRUN", false},
	{"X=\nexport ANON_KEY=${X-abc}\nRUN", false},
	{"X=x\nexport ANON_KEY=${X:+abc}\nRUN", false},
	{": ${ANON_KEY:=abc}\nexport ANON_KEY\nRUN", false},
	{"set -a\n: ${ANON_KEY:=abc}\nRUN", false},
	{"X='a  b'\nexport ANON_KEY=\"$X\"\nRUN", false},
	{"X='a  b'\nexport ANON_KEY=$X\nRUN", false},
	{"X=' a '\nexport ANON_KEY=$X\nRUN", false},
	{"X=a\nX+=b\nexport ANON_KEY=$X\nRUN", false},
	{"export ANON_KEY=a\nANON_KEY+=b\nRUN", false},
	{"X=(a b)\nexport ANON_KEY=$X\nRUN", false},
	{"X=(a b)\nexport ANON_KEY=${X[1]}\nRUN", false},
	{"X=(a b)\nexport ANON_KEY=\"${X[*]}\"\nRUN", false},
	{"X=(a b)\nIFS=,\nexport ANON_KEY=\"${X[*]}\"\nRUN", false},
	{"X=abc\nexport ANON_KEY=${X^^}\nRUN", false},
	{"X=abc\nexport ANON_KEY=${X/b/d}\nRUN", false},
	{"X=abc\nexport ANON_KEY=${X:1}\nRUN", false},
	{"X=abc\nexport ANON_KEY=${#X}\nRUN", false},
	{"X=abc\nY=X\nexport ANON_KEY=${!Y}\nRUN", false},
	{"X=a/b\nexport ANON_KEY=${X%/*}\nRUN", false},
	{"X=a\nexport ANON_KEY=${X%/*}\nRUN", false},
	{"export ANON_KEY=${HOME:-abc}\nRUN", false},
	{"export ANON_KEY=${@:-abc}\nRUN", false},
	{"export ANON_KEY=${10:-abc}\nRUN", false},
	{"export ANON_KEY=$PWD\nRUN", false},
	{"export ANON_KEY=$0\nRUN", false},
	{"eval \"$(vault)\"\nexport ANON_KEY=${ANON_KEY:-abc}\nRUN", false},
	{"X=a\neval \"$(vault)\"\nexport ANON_KEY=$X\nRUN", false},
	{". ./gone.env\nexport ANON_KEY=${ANON_KEY:-abc}\nRUN", false},
	// what declares
	{"declare -x ANON_KEY=abc\nRUN", true},
	{"declare -gx ANON_KEY=abc\nRUN", false},
	{"declare -rx ANON_KEY=abc\nRUN", false},
	{"declare -xu ANON_KEY=abc\nRUN", false},
	{"declare -xi ANON_KEY=1+1\nRUN", false},
	{"declare -l ANON_KEY\nexport ANON_KEY=ABC\nRUN", false},
	{"declare -n ANON_KEY=X\nexport X=abc\nexport ANON_KEY=y\nRUN", false},
	{"declare -n Y=ANON_KEY\nexport ANON_KEY=x\nY=abc\nRUN", false},
	{"typeset -x ANON_KEY=abc\nRUN", false},
	{"export ANON_KEY=abc\nexport -n ANON_KEY\nRUN", false},
	{"export ANON_KEY=abc\ndeclare +x ANON_KEY\nRUN", false},
	{"readonly ANON_KEY=abc\nexport ANON_KEY\nRUN", false},
	{"export ANON_KEY=abc\nreadonly ANON_KEY\nANON_KEY=other\nRUN", false},
	{"export ANON_KEY=abc\nunset ANON_KEY\nRUN", true},
	{"export ANON_KEY=abc\nunset -v ANON_KEY\nRUN", true},
	{"export ANON_KEY=abc\nunset -f ANON_KEY\nRUN", false},
	{"export ANON_KEY=abc\nunset ANON_KEY\nANON_KEY=x\nRUN", false},
	{"export ANON_KEY=(a b)\nRUN", false},
	{"export ANON_KEY=abc\nANON_KEY=(a b)\nRUN", false},
	{"export ANON_KEY=abc\nANON_KEY[0]=b\nRUN", false},
	{"export 'ANON_KEY=abc'\nRUN", false},
	{"K=ANON_KEY\nexport \"$K=abc\"\nRUN", false},
	{"K=ANON_KEY\ndeclare -x \"$K\"=abc\nRUN", false},
	{"command export ANON_KEY=abc\nRUN", false},
	{"builtin export ANON_KEY=abc\nRUN", false},
	{"\\export ANON_KEY=abc\nRUN", false},
	{"E=export\n$E ANON_KEY=abc\nRUN", false},
	{"command . ./lib.sh\nRUN", false},
	{"builtin eval 'export ANON_KEY=abc'\nRUN", false},
	{"printf -v ANON_KEY %s abc\nexport ANON_KEY\nRUN", false},
	{"export ANON_KEY=x\nprintf -v ANON_KEY %s abc\nRUN", false},
	{"export ANON_KEY\nread ANON_KEY <<< abc\nRUN", false},
	{"export ANON_KEY=x\nread -r ANON_KEY <<< abc\nRUN", false},
	{"export ANON_KEY=x\nread -r -a ANON_KEY <<< 'abc d'\nRUN", false},
	{"export ANON_KEY=x\nmapfile ANON_KEY <<< abc\nRUN", false},
	{"export ANON_KEY=x\nreadarray -t ANON_KEY <<< abc\nRUN", false},
	{"export ANON_KEY=x\nlet ANON_KEY=1+1\nRUN", false},
	{"export ANON_KEY=x\n((ANON_KEY=3))\nRUN", false},
	{"export ANON_KEY=x\n: $((ANON_KEY=3))\nRUN", false},
	{"export ANON_KEY=x\nset -- -a b\ngetopts ab ANON_KEY\nRUN", false},
	{"export ANON_KEY=abc\necho x | read ANON_KEY\nRUN", true},
	{"shopt -s lastpipe\nexport ANON_KEY=abc\necho x | read ANON_KEY\nRUN", false},
	// options
	{"f() { set -a; }\nf\n. ./prod.env\nRUN", true},
	{"f() { local -; set -a; }\nf\n. ./prod.env\nRUN", false},
	{"(set -a)\n. ./prod.env\nRUN", false},
	{"set -- -a\n. ./prod.env\nRUN", false},
	{"set \"\" x\nexport ANON_KEY=abc\nRUN", true},
	{"set -- abc\nexport ANON_KEY=$1\nRUN", false},
	{"set -- abc\nexport ANON_KEY=${1:-x}\nRUN", false},
	{"if [ \"$1\" = x ]; then set -a; fi\n. ./prod.env\nRUN", false},
	{"if false; then set -a; fi\n. ./prod.env\nRUN", false},
	{"set -a\nif false; then set +a; fi\n. ./prod.env\nRUN", false},
	// shells of their own
	{"(export ANON_KEY=abc)\nRUN", true},
	{"(export ANON_KEY=abc; RUN)", true},
	{"{ export ANON_KEY=abc; }\nRUN", true},
	{"export ANON_KEY=abc | cat\nRUN", true},
	{"export ANON_KEY=abc &\nwait\nRUN", false},
	{"export ANON_KEY=abc\nX=$(unset ANON_KEY)\nRUN", true},
	{"f() (export ANON_KEY=abc)\nf\nRUN", true},
	{"f() { export ANON_KEY=abc; }\nf | cat\nRUN", true},
	{"coproc { export ANON_KEY=abc; }\nRUN", false},
	{"bash -c 'export ANON_KEY=abc'\nRUN", true},
	{"ANON_KEY=abc\nbash -c 'export ANON_KEY; RUN'", false},
	{"export ANON_KEY=abc\nbash -c 'RUN'", true},
	{"set -a\nbash -c 'ANON_KEY=abc; RUN'", false},
	{"export ANON_KEY=abc\nbash <<'EOF'\nRUN\nEOF", true},
	{"ANON_KEY=abc\nbash <<'EOF'\nRUN\nEOF", false},
	{"export ANON_KEY=abc\nssh host 'RUN'", false},
	{"export ANON_KEY=abc\nssh host <<'EOF'\nRUN\nEOF", false},
	{"X=abc\nssh host <<EOF\nexport ANON_KEY=$X\nRUN\nEOF", false},
	{"X=abc\nssh host <<'EOF'\nexport ANON_KEY=$X\nRUN\nEOF", false},
	{"X=abc\nexport ANON_KEY=y\nbash -c 'export ANON_KEY=$X; RUN'", false},
	{"export ANON_KEY=abc\nsudo RUN", false},
	{"export ANON_KEY=abc\nsudo -E RUN", false},
	{"sudo ANON_KEY=abc RUN", false},
	{"sudo env ANON_KEY=abc RUN", false},
	{"env ANON_KEY=abc RUN", true},
	{"exec env ANON_KEY=abc RUN", false},
	{"export ANON_KEY=abc\nenv -i PATH=\"$PATH\" RUN", false},
	{"export ANON_KEY=abc\nenv -u ANON_KEY RUN", false},
	{"export ANON_KEY=abc\nenv --unset=ANON_KEY RUN", false},
	{"export ANON_KEY=abc\nenv -S 'ANON_KEY=def RUN'", false},
	{"export ANON_KEY=abc\ntimeout 60 RUN", false},
	{"export ANON_KEY=abc\nnice -n 5 RUN", false},
	{"export ANON_KEY=abc\nnohup RUN", false},
	{"export ANON_KEY=abc\ntime RUN", false},
	{"export ANON_KEY=abc\n! RUN", false},
	{"export ANON_KEY=abc\nexec RUN", false},
	{"SUDO=\nexport ANON_KEY=abc\n$SUDO RUN", false},
	{"SUDO=${NOSUCH-}\nexport ANON_KEY=abc\n$SUDO RUN", false},
	{"retry() { \"$@\"; }\nexport ANON_KEY=abc\nretry RUN", false},
	{"retry() { export ANON_KEY=def; shift; \"$@\"; }\nexport ANON_KEY=abc\nretry 3 RUN", false},
	{"unknown-program() { :; }\nexport ANON_KEY=abc\ntrap 'RUN' EXIT", false},
	{"trap 'export ANON_KEY=abc' DEBUG\nRUN", false},
	{"shopt -s expand_aliases\nalias go='RUN'\nexport ANON_KEY=abc\ngo", false},
	// assignments before commands
	{"ANON_KEY=abc RUN", true},
	{"export ANON_KEY=abc\nANON_KEY=def RUN", true},
	{"ANON_KEY=abc true\nRUN", true},
	{"ANON_KEY=abc X=1\nRUN", true},
	{"f() { export ANON_KEY=abc; }\nX=1 f\nRUN", false},
	{"f() { RUN; }\nANON_KEY=abc f", true},
	{"f() { export ANON_KEY=abc; }\nANON_KEY=x f\nRUN", false},
	{"X=1 . ./lib.sh\nRUN", false},
	{"X=1 eval 'export ANON_KEY=abc'\nRUN", false},
	{"ANON_KEY=abc eval 'RUN'", false},
	{"ANON_KEY=abc export X=1\nRUN", false},
	// functions
	{"f() { ANON_KEY=abc; }\nexport ANON_KEY=x\nf\nRUN", true},
	{"f() { local ANON_KEY=abc; }\nexport ANON_KEY=x\nf\nRUN", false},
	{"f() { local ANON_KEY=abc; RUN; }\nexport ANON_KEY=x\nf", false},
	{"f() { local ANON_KEY=abc; RUN; }\nf", false},
	{"f() { declare ANON_KEY=abc; }\nexport ANON_KEY=x\nf\nRUN", false},
	{"f() { declare -g ANON_KEY=abc; }\nexport ANON_KEY=x\nf\nRUN", false},
	{"f() { local ANON_KEY; export ANON_KEY=abc; }\nf\nRUN", false},
	{"f() { local X=abc; g; }\ng() { export ANON_KEY=$X; }\nX=y\nf\nRUN", false},
	{"f() { export ANON_KEY=$1; }\nf abc\nRUN", true},
	{"f() { export ANON_KEY=${1:-x}; }\nf\nRUN", false},
	{"f() { shift; export ANON_KEY=${1:-x}; }\nf a b\nRUN", false},
	{"f() { export ANON_KEY=$2; }\nX='a b'\nf $X\nRUN", false},
	{"f() { export ANON_KEY=${2:-x}; }\nf $(echo a b)\nRUN", false},
	{"f() { if true; then export ANON_KEY=a; return; fi; export ANON_KEY=b; }\nf\nRUN", false},
	{"f() { [ -n \"$1\" ] && return; export ANON_KEY=b; }\nf x\nRUN", false},
	{"f() { export ANON_KEY=a; exit 0; }\nf\nexport ANON_KEY=b\nRUN", false},
	{"f() { export ANON_KEY=a; }\nif false; then f() { export ANON_KEY=b; }; fi\nf\nRUN", false},
	{"if true; then f() { export ANON_KEY=a; }; else f() { export ANON_KEY=b; }; fi\nf\nRUN", false},
	{"f() { export ANON_KEY=a; }\n(f() { export ANON_KEY=b; })\nf\nRUN", false},
	{"f() { export ANON_KEY=a; }\nunset -f f\nf\nRUN", false},
	{"export() { :; }\nexport ANON_KEY=abc\nRUN", false},
	{"source() { :; }\nset -a\nsource prod.env\nRUN", false},
	{"f() { [ $1 = 0 ] && return; export ANON_KEY=k$1; f $(($1-1)); }\nf 3\nRUN", false},
	{"f() { [ $1 = 12 ] && { export ANON_KEY=deep; return; }; f $(($1+1)); }\nexport ANON_KEY=x\nf 0\nRUN", false},
	// branches
	{"if true; then export ANON_KEY=abc; fi\nRUN", false},
	{"if false; then export ANON_KEY=abc; fi\nRUN", false},
	{"if [ -f prod.env ]; then export ANON_KEY=abc; fi\nRUN", true},
	{"if [ ! -f prod.env ]; then export ANON_KEY=abc; fi\nRUN", true},
	{"if [ -d prod.env ]; then export ANON_KEY=abc; fi\nRUN", false},
	{"if [ -f dir ]; then export ANON_KEY=abc; fi\nRUN", false},
	{"if [ -s empty.env ]; then export ANON_KEY=abc; fi\nRUN", false},
	{"if [ -f prod.env -a -f gone ]; then export ANON_KEY=abc; fi\nRUN", false},
	{"if [[ -f prod.env && -f gone ]]; then export ANON_KEY=abc; fi\nRUN", false},
	{"if ! [ -f prod.env ]; then export ANON_KEY=abc; fi\nRUN", false},
	{"[ -f prod.env ] && export ANON_KEY=abc\nRUN", true},
	{"[ -f gone ] && export ANON_KEY=abc\nRUN", false},
	{"[ -f prod.env ] || export ANON_KEY=abc\nRUN", true},
	{"false && export ANON_KEY=abc\nRUN", false},
	{"true && export ANON_KEY=abc\nRUN", false},
	{"cd dir && export ANON_KEY=abc && cd .. && RUN", true},
	{"cd gone && export ANON_KEY=abc\nRUN", false},
	{"false || export ANON_KEY=abc\nRUN", false},
	{"! true && export ANON_KEY=abc\nRUN", false},
	{"true | false && export ANON_KEY=abc\nRUN", false},
	{"{ false; } && export ANON_KEY=abc\nRUN", false},
	{"case a in a) export ANON_KEY=a;; b) export ANON_KEY=b;; esac\nRUN", false},
	{"case a in a) export ANON_KEY=a;& b) export ANON_KEY=b;; esac\nRUN", false},
	{"export ANON_KEY=x\ncase a in a) export ANON_KEY=x;; *) export ANON_KEY=b;; esac\nRUN", false},
	{"case x in *) export ANON_KEY=b;; esac\nRUN", false},
	{"if [ \"$X\" = a ]; then cd dir; fi\nset -a; . ./prod.env; set +a\nRUN", false},
	// loops
	{"for f in prod dev; do set -a; . ./$f.env; done\nRUN", true},
	{"for f in prod dev; do set -a; . ./$f.env; break; done\nRUN", false},
	{"for f in prod dev; do [ $f = dev ] && continue; set -a; . ./$f.env; done\nRUN", false},
	{"for f in prod dev; do if [ $f = dev ]; then break; fi; set -a; . ./$f.env; done\nRUN", false},
	{"for f in *.env; do set -a; . ./$f; done\nRUN", false},
	{"for f in {prod,dev}; do set -a; . ./$f.env; done\nRUN", false},
	{"for ANON_KEY in a b; do export ANON_KEY; done\nRUN", false},
	{"export ANON_KEY=x\nfor ANON_KEY in a b; do :; done\nRUN", false},
	{"export ANON_KEY=x\nfor ANON_KEY in a b; do RUN; done", false},
	{"for ((i=0; i<2; i++)); do export ANON_KEY=abc; done\nRUN", false},
	{"for f in a b; do RUN; export ANON_KEY=$f; done", false},
	{"i=0\nwhile [ $i -lt 2 ]; do i=$((i+1)); RUN; export ANON_KEY=abc; done", false},
	{"N=a\ni=0\nwhile [ $i -lt 2 ]; do i=$((i+1)); export ANON_KEY=$N; N=b; done\nRUN", false},
	{"while true; do export ANON_KEY=abc; break; export ANON_KEY=b; done\nRUN", false},
	{"until false; do export ANON_KEY=abc; break; done\nRUN", false},
	{"while read -r l; do export \"$l\"; done < prod.env\nRUN", false},
	{"while read -r l; do case $l in OTHER*) export \"$l\";; esac; done < prod.env\nRUN", false},
	{"while IFS='=' read -r k v; do export \"$k=$v\"; done < prod.env\nRUN", false},
	{"while IFS='=' read -r k v; do export \"$k=$v\"; done < quoted.env\nRUN", false},
	{"while IFS='=' read -r k v; do export \"$k=$v\"; done < spaced.env\nRUN", false},
	{"while IFS='=' read -r k v; do [ $k = OTHER ] && export \"$k=$v\"; done < prod.env\nRUN", false},
	{"while IFS='=' read -r k v; do export \"X$k=$v\"; done < prod.env\nRUN", false},
	{"while IFS='=' read -r k v; do export \"$k=$v\"; break; done < prod.env\nRUN", false},
	{"cat prod.env | while read -r l; do export \"$l\"; done\nRUN", false},
	{"select x in a b; do export ANON_KEY=$x; break; done <<< 1\nRUN", false},
	// files that are read in
	{". ./prod.env\nRUN", true},
	{". ./prod.env\nexport ANON_KEY\nRUN", true},
	{". ./exported.env\nRUN", true},
	{". ./half.env\nRUN", false},
	{"set -a; . ./double.env\nRUN", true},
	{"set -a; . ./quoted.env\nRUN", false},
	{"set -a; . ./single.env\nRUN", false},
	{"set -a; . ./dollar.env\nRUN", false},
	{"set -a; . ./spaced.env\nRUN", false},
	{"set -a; . ./hash.env\nRUN", false},
	{"set -a; . ./commented.env\nRUN", true},
	{"set -a; . ./escaped.env\nRUN", false},
	{"set -a; . ./backslash.env\nRUN", false},
	{"set -a; . ./blank.env\nRUN", false},
	{"set -a; . ./colon.env\nRUN", false},
	{"set -a; . ./code.env\nRUN", false},
	{"set -a; . ./refers.env\nRUN", false},
	{"set -a; . ./bad.env\nRUN", false},
	{"set -a; . ./crlf.env\nRUN", false},
	{"set -a; . ./.env\nRUN", true},
	{"set -a; . ./.env; . ./dev.env\nRUN", true},
	{"set -a; . ./dev.env; . ./.env\nRUN", true},
	{". ./lib.sh\nRUN", true},
	{". ./args.sh abc\nRUN", false},
	{". ./returns.sh\nRUN", false},
	{"(. ./lib.sh)\nRUN", true},
	{"bash ./lib.sh\nRUN", true},
	{". ./gone.sh\nRUN", false},
	{". prod.env\nexport ANON_KEY\nRUN", false},
	{"cd dir\nset -a; . ./prod.env\ncd ..\nRUN", true},
	{"pushd dir > /dev/null\nset -a; . ./prod.env\npopd > /dev/null\n. ./prod.env\nRUN", false},
	{"cd dir\ncd - > /dev/null\nset -a; . ./prod.env\nRUN", false},
	{"source <(cat prod.env)\nRUN", true},
	{"set -a; source <(cat quoted.env)\nRUN", false},
	{"set -a; source <(grep OTHER prod.env)\nRUN", false},
	{"set -a; source <(grep -v '^#\\|ANON' prod.env)\nRUN", false},
	{"set -a; source <(sed 's#prod#abc#' prod.env)\nRUN", false},
	{"set -a; source <(tr a-z A-Z < prod.env)\nRUN", false},
	{"set -a; source <(cat prod.env | sed 's/^/X/;#')\nRUN", false},
	{"set -a; source <(sort -r double.env)\nRUN", false},
	{"set -a; source <(cat -n prod.env)\nRUN", false},
	{"set -a; source /dev/stdin <<< \"$(cat prod.env)\"\nRUN", false},
	{"set -a; source /dev/stdin < prod.env\nRUN", false},
	{"export $(cat quoted.env)\nRUN", false},
	{"export $(cat quoted.env | xargs)\nRUN", false},
	{"export $(cat single.env)\nRUN", false},
	{"export $(cat single.env | xargs)\nRUN", false},
	{"export $(cat dollar.env)\nRUN", false},
	{"export $(cat spaced.env)\nRUN", false},
	{"export $(cat hash.env)\nRUN", false},
	{"export $(cat commented.env)\nRUN", false},
	{"export $(sed 's/#.*//' commented.env)\nRUN", false},
	{"export $(grep -v '#' commented.env)\nRUN", false},
	{"export $(cat backslash.env | xargs)\nRUN", false},
	{"export $(cat crlf.env)\nRUN", false},
	{"export $(cat crlf.env | tr -d '\\r')\nRUN", false},
	{"export $(cat double.env)\nRUN", false},
	{"export $(cat exported.env)\nRUN", false},
	{"export \"$(cat prod.env)\"\nRUN", false},
	{"export $(cat prod.env | xargs -I{} echo X{})\nRUN", false},
	{"export $(cat prod.env | head -1)\nRUN", false},
	{"export X$(cat dev.env)\nRUN", false},
	{"export $(grep -v '^#' prod.env)\nRUN", true},
	{"export $(grep -v '^A' prod.env)\nRUN", false},
	{"export $(grep -v '^#' prod.env | cut -d= -f1)\nRUN", false},
	{"eval \"$(cat prod.env)\"\nRUN", true},
	{"eval \"export $(grep -v '^#' prod.env | xargs)\"\nRUN", false},
	{"eval $(cat spaced.env)\nexport ANON_KEY\nRUN", false},
	{"eval export $(grep -v '^#' prod.env)\nRUN", false},
	{"eval 'export ANON_KEY=abc'\nRUN", true},
	{"eval export ANON_KEY=abc\nRUN", true},
	{"eval \"export ANON_KEY='abc'\"\nRUN", false},
	{"eval 'if'\nexport ANON_KEY=abc\nRUN", false},
	{"eval \"$(vault)\"\nRUN", false},
	{"eval \"$(direnv export bash)\"\nRUN", false},
	{"eval \"$(vault)\"\nset -a; . ./.env; set +a\nunset X\nRUN", false},
	{"eval \"$(vault)\"\n. ./gone.env\nset -a; [ -f local/.env ] && . ./local/.env\nRUN", false},
	{"declare $(cat dev.env)\nRUN", false},
	{"readonly $(cat dev.env)\nRUN", false},
	{"set -a\ndeclare $(cat dev.env)\nRUN", false},
	{"V=$(cat prod.env)\nset -a\neval \"$V\"\nRUN", true},
	{"V=$(cat prod.env)\nV=$(echo X=1)\nset -a\neval \"$V\"\nRUN", false},
	{"V=$(cat prod.env)\nV=\"$V;export ANON_KEY=x\"\nset -a\neval \"$V\"\nRUN", false},
	{"V=$(cat prod.env)\nV+=x\nset -a\neval \"$V\"\nRUN", false},
	{"export ANON_KEY=$(cat prod.env)\nRUN", false},
	{"export ANON_KEY=$(grep ANON_KEY prod.env | cut -d= -f2)\nRUN", false},
	{"export ANON_KEY=\"$(< lib.sh)\"\nRUN", false},
	{"export ANON_KEY\nANON_KEY=abc\nRUN", true},
	{"exec > /dev/null\nexport ANON_KEY=abc\nRUN", true},
	{"{ export ANON_KEY=abc; } > /dev/null\nRUN", true},
	{"if cat prod.env > /dev/null; then export ANON_KEY=abc; else export ANON_KEY=def; fi\nRUN", false},
	{"ANON_KEY=abc; export -p > /dev/null\nRUN", false},
	{"export -- ANON_KEY=abc\nRUN", false},
	{"hash -r\nunset -v OTHER ANON_KEY\nRUN", false},
	{"export ANON_KEY=abc\n[[ x =~ (x) ]]\nRUN", true},
	{"export ANON_KEY=abc; exit 0\nRUN", false},
	{"return 2>/dev/null\nexport ANON_KEY=abc\nRUN", false},
	{"set -e\nexport ANON_KEY=abc\nRUN", true},
	{"docker() { ANON_KEY=fn command docker \"$@\"; }\nexport ANON_KEY=abc\nRUN", false},
	// one thing after another
	{"mapfile ANON_KEY <<< abc\nexport ANON_KEY=def\nRUN", false},
	{"export ANON_KEY=x\nread -r -a ANON_KEY <<< 'abc d'\ntrue && export ANON_KEY=abc\nRUN", false},
	{"ANON_KEY[0]=b\nexport ANON_KEY=abc\nset -a; . ./prod.env\nRUN", false},
	{"set -a\nANON_KEY=(a b)\nfor ANON_KEY in a b; do :; done\nRUN", false},
	{"if [ -d prod.env ]; then export ANON_KEY=abc; fi\n. ./prod.env\nRUN", false},
	{"if false; then export ANON_KEY=abc; fi\nANON_KEY=abc X=1\nRUN", false},
	{"if false; then export ANON_KEY=abc; fi\nANON_KEY=abc\nbash -c 'export ANON_KEY; RUN'", false},
	{"if false; then export ANON_KEY=abc; fi\ndeclare -l ANON_KEY\nexport ANON_KEY=ABC\nRUN", false},
	{"readonly $(cat dev.env)\nexport ANON_KEY=abc\nRUN", false},
	{"readonly $(cat dev.env)\nset -a; . ./prod.env\nRUN", false},
	{"trap 'export ANON_KEY=abc' DEBUG\nset -a; . ./prod.env\nRUN", false},
	{"export() { :; }\nfor i in 1 2; do RUN; export ANON_KEY=abc; done", false},
	{"docker() { command docker \"$@\"; }\nexport ANON_KEY=abc\nRUN", false},
}

// TestShellOracle runs scripts in bash, with programs in place of docker and kubectl that note what
// they are given, and compares: what keylint says is that, or it cannot tell.
func TestShellOracle(t *testing.T) {
	bash := testrepo.Oracle(t, "bash")
	bin, log := t.TempDir(), filepath.Join(t.TempDir(), "log")
	for name, text := range map[string]string{
		"docker":  `printf '%s\0' "${ANON_KEY-compose}" >> ` + log,
		"kubectl": `for a; do case $a in --from-literal=anon=*) printf '%s\0' "${a#--from-literal=anon=}" >> ` + log + ";; esac; done",
		"vault":   "echo export ANON_KEY=vault",
		"direnv":  "echo export ANON_KEY=direnv",
		"ssh":     `exec env -i PATH="$PATH" HOME=/remote bash -c "${2-$(cat)}"`,
		"sudo":    `[ "$1" = -E ] && { shift; exec env "$@"; }; exec env -i PATH="$PATH" HOME=/remote "$@"`,
	} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!"+bash+"\n"+text+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, command := range []struct {
		name, text string
		believed   func(*sources.Repository) []string
	}{
		{"compose", "docker compose up", composeBelief},
		{"kubectl", `kubectl create secret generic keys --from-literal=anon="$ANON_KEY"`, kubectlBelief},
	} {
		for i, test := range shellScripts {
			text := strings.ReplaceAll(test.text, "RUN", command.text)
			t.Run(fmt.Sprintf("%s %d", command.name, i), func(t *testing.T) {
				dir := testrepo.Write(t, shellFiles+"-- up.sh --\n"+text+"\n")
				if err := os.WriteFile(filepath.Join(dir, "crlf.env"), []byte("ANON_KEY=abc\r\n"), 0o644); err != nil {
					t.Fatal(err)
				}
				believed := command.believed(testrepo.Open(t, dir, nil))
				os.Remove(log)
				cmd := exec.Command(bash, "up.sh")
				cmd.Dir, cmd.Env = dir, []string{"PATH=" + bin + ":/usr/bin:/bin", "HOME=/home"}
				cmd.Run() // how it ends is all the same
				b, _ := os.ReadFile(log)
				for is := range strings.SplitSeq(strings.TrimSuffix(string(b), "\x00"), "\x00") {
					if len(b) == 0 {
						break
					}
					if !slices.Contains(believed, is) && !slices.Contains(believed, cannotTell) {
						t.Errorf("%s\n-- bash gives %q, keylint believes %q", text, is, believed)
					}
				}
				if test.known && command.name == "compose" && slices.Contains(believed, cannotTell) {
					t.Errorf("%s\n-- keylint cannot tell", text)
				}
			})
		}
	}
}

const cannotTell = "(cannot tell)"

// composeBelief are the values that compose has of ANON_KEY, as keylint sees it.
func composeBelief(repo *sources.Repository) []string {
	var out []string
	for _, call := range repo.ComposeCalls() {
		value := "compose"
		if call.Env.ShellOpen != "" || call.Env.Open != "" {
			value = cannotTell
		}
		for _, v := range call.Env.Shell {
			if v.Name == "ANON_KEY" {
				if value = v.Text.Reveal(); v.Text.IsAbsent() {
					value = cannotTell
				}
			}
		}
		out = append(out, value)
	}
	if out == nil { // no command of the repository says anything
		out = []string{"compose"}
	}
	return out
}

// kubectlBelief are the values of the data key, as keylint sees it.
func kubectlBelief(repo *sources.Repository) []string {
	out := []string{}
	for _, s := range repo.ScriptSecrets() {
		for _, k := range s.Keys {
			if k.Text.IsAbsent() {
				out = append(out, cannotTell)
			} else {
				out = append(out, k.Text.Reveal())
			}
		}
	}
	if len(out) == 0 {
		out = []string{cannotTell}
	}
	return out
}

// TestGivenEnvironment shows what is known of a variable where something else than a script's own lines
// gives it.
func TestGivenEnvironment(t *testing.T) {
	const job = "jobs:\n  a:\n    steps:\n"
	for _, test := range []struct{ name, file, text, want string }{
		{"make exports one", "Makefile", "export ANON_KEY = abc\nup:\n\tdocker compose up", "abc"},
		{"make exports by name", "Makefile", "ANON_KEY = abc\nexport ANON_KEY\nup:\n\tdocker compose up", "abc"},
		{"by name, before", "Makefile", "export ANON_KEY\nANON_KEY = abc\nup:\n\tdocker compose up", "abc"},
		{"not exported", "Makefile", "ANON_KEY = abc\nup:\n\tdocker compose up", "compose"},
		{"taken back", "Makefile", "export ANON_KEY = abc\nunexport ANON_KEY\nup:\n\tdocker compose up", "compose"},
		{"make keeps quotes", "Makefile", "export ANON_KEY = \"abc\"\nup:\n\tdocker compose up", cannotTell},
		{"a comment", "Makefile", "export ANON_KEY = abc # x\nup:\n\tdocker compose up", cannotTell},
		{"added", "Makefile", "export ANON_KEY = abc\nANON_KEY += def\nup:\n\tdocker compose up", cannotTell},
		{"of a program", "Makefile", "export ANON_KEY != vault\nup:\n\tdocker compose up", cannotTell},
		{"where it is not set", "Makefile", "export ANON_KEY = abc\nANON_KEY ?= def\nup:\n\tdocker compose up", "abc"},
		{"of one target", "Makefile", "up: export ANON_KEY = abc\nup:\n\tdocker compose up", cannotTell},
		{"of a branch", "Makefile", "export ANON_KEY = abc\nifeq ($(X),y)\nANON_KEY = def\nendif\nup:\n\tdocker compose up", cannotTell},
		{"each line a shell", "Makefile", "up:\n\texport ANON_KEY=abc\n\tdocker compose up", "compose"},
		{"one shell", "Makefile", ".ONESHELL:\nup:\n\texport ANON_KEY=abc\n\tdocker compose up", "abc"},
		{"an included file", "Makefile", "include prod.env\nexport\nup:\n\tdocker compose up", "prod"},
		{"quoted there", "Makefile", "include quoted.env\nexport\nup:\n\tdocker compose up", cannotTell},
		{"that is not there", "Makefile", "-include gone.env\nexport\nup:\n\tdocker compose up", cannotTell},
		{"just", "justfile", "export ANON_KEY := \"abc\"\nup:\n  docker compose up", "abc"},
		{"just exports all", "justfile", "set export\nANON_KEY := \"abc\"\nup:\n  docker compose up", "abc"},
		{"a script in just", "justfile", "up:\n  #!/bin/bash\n  export ANON_KEY=abc\n  docker compose up", "abc"},
		{"just with a file", "justfile", "set dotenv-filename := \"prod.env\"\nup:\n  docker compose up", "prod"},
		{"a job's env", ".github/workflows/a.yml", "env: {ANON_KEY: abc}\n" + job + "    - run: docker compose up", "abc"},
		{"GITHUB_ENV", ".github/workflows/a.yml", job + "    - run: echo \"ANON_KEY=abc\" >> $GITHUB_ENV\n    - run: docker compose up", cannotTell},
		{"another in GITHUB_ENV", ".github/workflows/a.yml", job + "    - run: echo \"TAG=abc\" >> $GITHUB_ENV\n    - run: docker compose up", "compose"},
		{"a file in GITHUB_ENV", ".github/workflows/a.yml", job + "    - run: cat prod.env >> \"$GITHUB_ENV\"\n    - run: docker compose up", cannotTell},
		{"an action that fetches", ".github/workflows/a.yml", job + "    - uses: hashicorp/vault-action@v3\n    - run: docker compose up", cannotTell},
		{"another action", ".github/workflows/a.yml", job + "    - uses: actions/checkout@v4\n    - run: docker compose up", "compose"},
		{"GitLab's variables", ".gitlab-ci.yml", "variables: {ANON_KEY: abc}\na:\n  script: [docker compose up]", "abc"},
		{"GitLab puts one in", ".gitlab-ci.yml", "variables: {ANON_KEY: $OTHER}\na:\n  script: [docker compose up]", cannotTell},
		{"GitLab's before_script", ".gitlab-ci.yml", "a:\n  before_script: [export ANON_KEY=abc]\n  script: [docker compose up]", "abc"},
		{"GitLab's script", ".gitlab-ci.yml", "a:\n  script:\n    - export ANON_KEY=abc\n    - docker compose up", "abc"},
		{"Task's env", "Taskfile.yml", "tasks:\n  up:\n    env: {ANON_KEY: {sh: vault}}\n    cmds: [docker compose up]", cannotTell},
		{"Task's dotenv", "Taskfile.yml", "dotenv: [prod.env]\ntasks:\n  up:\n    cmds: [docker compose up]", "prod"},
		{"Task's commands", "Taskfile.yml", "tasks:\n  up:\n    cmds: [export ANON_KEY=abc, docker compose up]", "compose"},
		{"cross-env", "package.json", `{"scripts": {"up": "cross-env ANON_KEY=abc docker compose up"}}`, "abc"},
		{"env-cmd", "package.json", `{"scripts": {"up": "env-cmd -f prod.env docker compose up"}}`, "prod"},
		{"dotenv without dashes", "package.json", `{"scripts": {"up": "dotenv -e prod.env docker compose up"}}`, "prod"},
		{"dotenv after a variable", "package.json", `{"scripts": {"up": "ANON_KEY=abc dotenv -e prod.env -- docker compose up"}}`, "abc"},
		{"env-cmd after a variable", "package.json", `{"scripts": {"up": "ANON_KEY=abc env-cmd -f prod.env docker compose up"}}`, "prod"},
		{"dotenv with a file that is not there", "package.json", `{"scripts": {"up": "dotenv -e gone.env -e prod.env -- docker compose up"}}`, cannotTell},
		{"infisical", "package.json", `{"scripts": {"up": "infisical run -- docker compose up"}}`, cannotTell},
		{"Python", "up.py", "import os, subprocess\nos.environ[\"ANON_KEY\"] = \"abc\"\nsubprocess.run([\"docker\", \"compose\", \"up\"])", cannotTell},
		{"Python without", "up.py", "import subprocess\nsubprocess.run([\"docker\", \"compose\", \"up\"])", "compose"},
		{"a script that another starts", "up.sh", "docker compose up\n-- go.sh --\nexport ANON_KEY=abc\n./up.sh", cannotTell},
		{"with a shell", "up.sh", "docker compose up\n-- go.sh --\nexport ANON_KEY=abc\nbash up.sh", cannotTell},
		{"that a workflow starts", "up.sh", "docker compose up\n-- .github/workflows/a.yml --\nenv: {ANON_KEY: abc}\n" + job + "    - run: ./up.sh", cannotTell},
		{"with nothing", "up.sh", "docker compose up\n-- go.sh --\n./up.sh", "compose"},
		{"with what compose reads", "up.sh", "docker compose up\n-- go.sh --\nset -a; . ./.env\n./up.sh", "compose"},
	} {
		t.Run(test.name, func(t *testing.T) {
			repo := testrepo.Open(t, testrepo.Write(t, shellFiles+"-- "+test.file+" --\n"+test.text+"\n"), nil)
			if got := strings.Join(composeBelief(repo), " "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
