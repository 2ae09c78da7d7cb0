"""The hello for FastAPI: one interpreter, shared by all requests."""

from fastapi import FastAPI

app = FastAPI()


@app.post("/")
async def handler(event: dict):
    return {"message": f"Hello, {event['name']}!"}
