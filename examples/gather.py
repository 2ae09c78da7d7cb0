# A coroutine is awaited; what it starts runs side by side.
import asyncio


async def square(number):
    await asyncio.sleep(0.005)
    return number * number


async def handler(event):
    return await asyncio.gather(*(square(number) for number in event["numbers"]))
