/** Recorded scripts on which our shell is known to differ from the real one, and why that is left so. */
export const KNOWN_DIFFERENCES: Readonly<Record<string, string>> = {
  'echo a; ;': "the parser takes the empty command for the end of the line",
  'set -o; true': 'only the options that do something here are listed',
  'echo $-; true': 'c, for -c, is not shown',
  'hash; echo $?': 'no table of found programs is kept',
  'shopt -s nullglob; echo *.zzz; echo end': 'shopt accepts every option and does nothing',
  'shopt -s extglob; x=foo.c; [[ $x == +([a-z]).c ]] && echo ext': 'extended patterns are not matched',
  'echo ${FUNCNAME[0]-none}; f() { echo ${FUNCNAME[0]}; }; f': 'FUNCNAME is not kept',
  'coproc_=1; echo ok; exec {fd}>out; echo via >&$fd; cat out': 'descriptors are not chosen into variables',
  'printf "%(%Y)T\\n" 0': 'times are not formatted by printf',
  'pushd / >/dev/null; pwd; popd >/dev/null; echo ok': 'there is no stack of directories',
  'exec 2>&1; f() { return x; }; f; echo $?': 'return takes a word without a number for 0',
  'exec 2>&1; echo $((1/0))': "bash's token of the error is not repeated",
  'exec 2>&1; eval "if"; echo on': 'what was expected instead is not named',
  'exec 2>&1; function f { echo x; }; f': 'the parser does not tell how a function was written',
  'exec 2>&1; echo $((08))': "the message is bash's",
  'exec 2>&1; ulimit -z; echo $?': 'limits are shown, not set',
}
