# Check the arguments of deploy or rollback, which source this first: exactly one bundle directory.
usage="usage: ${0##*/} BUNDLE_DIRECTORY"
case "$#:${1-}" in
1:-h | 1:--help) echo "$usage" && exit 0 ;;
1:-* | 1:) echo "$usage" >&2 && exit 2 ;;
1:*) ;;
*) echo "$usage" >&2 && exit 2 ;;
esac
