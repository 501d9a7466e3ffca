// Debian's libgit2 reads the system's certificates when it is initialised, for connections that
// picket never makes: 54 of the 56 million instructions of git_libgit2_init(), 4 ms. The call is
// bound by name, and what the program exports (cmake/program.cmake) is found first.
extern "C" {

// The contract of Mbed TLS: 0 for success, the chain untouched. Where libgit2 was built with
// another TLS library nobody calls this.
int mbedtls_x509_crt_parse_file(void* chain, const char* path);
int mbedtls_x509_crt_parse_file(void* /*chain*/, const char* /*path*/) { return 0; }
}
