"""A proxy that passes TCP on late, as a distant server would answer."""

import asyncio
import threading


class SlowProxy:
    """Passes everything on to a local port, each way later by `delay` seconds; `port` is its own."""

    def __init__(self, target, delay):
        self._target, self._delay = target, delay
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=[self._serve()])

    def __enter__(self):
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()

    async def _serve(self):
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        async with server:
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()
            await self._stop.wait()

    async def _accept(self, reader, writer):
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        await asyncio.gather(self._pass_on(reader, far_writer), self._pass_on(far_reader, writer))

    async def _pass_on(self, reader, writer):
        try:
            while data := await reader.read(65536):
                self._loop.call_later(self._delay, writer.write, data)
        except ConnectionError:
            pass
        self._loop.call_later(self._delay, writer.close)
