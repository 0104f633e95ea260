# pila and all that it runs on. Its commands are those of the README:
#   docker build -t pila .
#   docker run --rm --shm-size=1g -v "$PWD/out:/pila/reports/out" pila npm run informe -- --out reports/out/informe.html
#   docker run --rm --shm-size=1g pila npm test
#   docker run --rm --shm-size=1g -p 127.0.0.1:8888:8888 pila
# The ranks of an MPI job meet in /dev/shm, of which a container has 64 MB unless more is asked for.
FROM node:20-bookworm
WORKDIR /pila
COPY . .
RUN node setup.mjs --test
# Inside, the server has to listen to the port that is handed through; outside, -p above keeps it on loopback.
CMD ["npm", "run", "lab", "--", "--no-browser", "--ServerApp.ip=0.0.0.0", "--port=8888"]
