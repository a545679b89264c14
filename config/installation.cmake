# What is installed beside the program, and the Debian package made of it:
#   cmake --install build/release --prefix /usr/local
#   cpack --config build/release/CPackConfig.cmake       # build/release/postroom_*.deb
include(GNUInstallDirs)
find_program(GZIP gzip REQUIRED)
set(PAPERS ${CMAKE_BINARY_DIR}/papers)
file(MAKE_DIRECTORY ${PAPERS})

# paper(SOURCE NAME DESTINATION): installed as NAME.gz, without a date inside.
function(paper SOURCE NAME DESTINATION)
    add_custom_command(OUTPUT ${PAPERS}/${NAME}.gz
        COMMAND ${GZIP} -9nc ${CMAKE_SOURCE_DIR}/${SOURCE} > ${PAPERS}/${NAME}.gz
        DEPENDS ${CMAKE_SOURCE_DIR}/${SOURCE})
    set_property(GLOBAL APPEND PROPERTY POSTROOM_PAPERS ${PAPERS}/${NAME}.gz)
    install(FILES ${PAPERS}/${NAME}.gz DESTINATION ${DESTINATION} COMPONENT program ${ARGN})
endfunction()
paper(docs/postroom.1 postroom.1 share/man/man1)
paper(docs/postroom.yaml.5 postroom.yaml.5 share/man/man5)
paper(docs/postroom-events.7 postroom-events.7 share/man/man7)
paper(config/debian/changelog changelog.Debian share/doc/postroom)
get_property(PAPER_FILES GLOBAL PROPERTY POSTROOM_PAPERS)
add_custom_target(papers ALL DEPENDS ${PAPER_FILES})

# The build has the catalogue where the program finds it, beside itself (cli/tongue.c).
find_program(MSGFMT msgfmt REQUIRED)
set(CATALOGUE share/locale/es/LC_MESSAGES)
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/${CATALOGUE}/postroom.mo
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/${CATALOGUE}
    COMMAND ${MSGFMT} --check-format -o ${CMAKE_BINARY_DIR}/${CATALOGUE}/postroom.mo ${CMAKE_SOURCE_DIR}/config/po/es.po
    DEPENDS ${CMAKE_SOURCE_DIR}/config/po/es.po)
add_custom_target(catalogue ALL DEPENDS ${CMAKE_BINARY_DIR}/${CATALOGUE}/postroom.mo)
install(FILES ${CMAKE_BINARY_DIR}/${CATALOGUE}/postroom.mo DESTINATION ${CATALOGUE} COMPONENT program)

install(FILES config/postroom.example.yaml README.md NOTICE DESTINATION share/doc/postroom COMPONENT program)
install(FILES config/debian/copyright DESTINATION share/doc/postroom COMPONENT program)
install(FILES config/debian/lintian-overrides RENAME postroom
    DESTINATION share/lintian/overrides COMPONENT program)
install(FILES LICENSE DESTINATION share/doc/postroom COMPONENT licence)
install(DIRECTORY docs/ DESTINATION share/doc/postroom/docs COMPONENT program FILES_MATCHING PATTERN "*.md")
install(DIRECTORY schema DESTINATION share/postroom COMPONENT program)
install(DIRECTORY config/grafana config/prometheus DESTINATION share/postroom COMPONENT program
    PATTERN "*_test.yml" EXCLUDE)
install(FILES config/postroom.service DESTINATION lib/systemd/system COMPONENT program)
install(FILES config/completions/postroom.bash RENAME postroom
    DESTINATION share/bash-completion/completions COMPONENT program)
install(FILES config/completions/_postroom DESTINATION share/zsh/vendor-completions COMPONENT program)
install(FILES config/completions/postroom.fish DESTINATION share/fish/vendor_completions.d COMPONENT program)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_CMAKE_PROJECTS "${CMAKE_BINARY_DIR};${PROJECT_NAME};program;/")
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_CONTACT "Postroom <postroom@localhost.localdomain>")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION mail)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# What is loaded by name, not by the linker; procps has the kill of the unit's ExecReload.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates, libexttextcat-data, procps")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "dns-root-data")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "sqlite3, prometheus")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "turns mailboxes into tickets and signed webhooks")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Postroom collects mail over IMAP, checks who really sent it, sorts it into
support, leads, complaints, bounces and more, files it as tickets in a SQLite
database, and tells other programs by signed webhooks. Every judgement is
stored with its reason.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${CMAKE_SOURCE_DIR}/config/debian/postinst
    ${CMAKE_SOURCE_DIR}/config/debian/prerm
    ${CMAKE_SOURCE_DIR}/config/debian/postrm)
include(CPack)
