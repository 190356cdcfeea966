// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CommonBase} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Base.sol";
import {SettlementOracle} from "../../../contracts/feeds/SettlementOracle.sol";
import {IOptionVault} from "../../../contracts/interfaces/IOptionVault.sol";
import {IPositionSource} from "../../../contracts/interfaces/IPositionSource.sol";
import {PhasedTestFeed} from "../../../contracts/local/PhasedTestFeed.sol";
import {RiskOracleDouble} from "./RiskOracleDouble.sol";

uint24 constant MARKET_ID = 1;

/// @notice What the handler acts on.
struct World {
    IOptionVault vault;
    PhasedTestFeed feed;
    SettlementOracle settlement;
    RiskOracleDouble oracle;
    address[3] actors;
    uint256[4] seriesIds;
    uint40 expiry;
    address governor;
}

/// @title What the handler of the vault's invariants sees, and its clock
abstract contract VaultHandlerBase is CommonBase {
    /// @dev Of the kinds of calls, in the order of `VaultHandler.Act`.
    string private constant NAMES =
        "open       mintMore   add        remove     close      score      flag       unflag     burn       takeOver   "
        "sendLongs  sendShort  donate     movePrice  stall      guard      govern     expire     settle     redeem     "
        "claim      ";
    uint256 private constant NAME_BYTES = 11;

    World internal _w;
    uint64 public priceE8 = 60_000e8;
    /// @notice First rule that a call has broken.
    string public broken;

    constructor(World memory world) {
        _w = world;
    }

    function _token(uint256 a) internal view returns (address token) {
        return a % 2 == 0 ? _w.vault.market(MARKET_ID).base : _w.vault.market(MARKET_ID).quote;
    }

    /// @dev The first actor at or after the drawn one who holds longs of the series.
    function _holderOf(uint256 seriesId, uint256 seed) internal view returns (address holder, uint128 held) {
        for (uint256 i = 0; i < 3 && held == 0; ++i) {
            holder = _w.actors[((seed % 3) + i) % 3];
            held = uint128(_w.vault.TOKEN().balanceOf(holder, seriesId));
        }
    }

    /// @dev The first active position at or after the drawn one.
    function _pick(uint256 seed) internal view returns (uint256 id, IPositionSource.PositionView memory position) {
        uint256 count = _w.vault.positionCount();
        for (uint256 i = 0; i < count; ++i) {
            id = 1 + (((seed % count) + i) % count);
            position = _w.vault.describePosition(id);
            if (position.active) return (id, position);
        }
        revert("no position");
    }

    function _others(uint256 id, uint256 into) internal view returns (bytes32 hash) {
        for (uint256 i = 1; i <= _w.vault.positionCount(); ++i) {
            if (i == id || i == into) continue;
            IPositionSource.PositionView memory p = _w.vault.describePosition(i);
            hash = keccak256(abi.encode(hash, p.owner, p.sizeE8, p.collateral, p.flaggedAt));
        }
    }

    function _claims() internal view returns (uint256 sum) {
        for (uint256 i = 0; i < 6; ++i) sum += _w.vault.claimable(_token(i), _w.actors[i / 2]);
    }

    function _collateral() internal view returns (uint256 sum) {
        for (uint256 i = 0; i < 4; ++i) sum += _w.vault.seriesState(_w.seriesIds[i]).collateral;
    }

    /// @dev Time never jumps over expiry by accident: the rounds beside it must exist.
    function _pass(uint256 sec) internal {
        uint256 next = block.timestamp + sec;
        vm.warp(block.timestamp < _w.expiry && next >= _w.expiry ? _w.expiry - 1 : next);
        _refresh();
    }

    function _refresh() internal {
        _w.feed.push(int192(uint192(priceE8)), uint64(block.timestamp));
    }

    function _require(bool holds, string memory rule) internal {
        if (!holds && bytes(broken).length == 0) broken = rule;
    }

    function _nameOf(uint256 act) internal pure returns (string memory name) {
        (bytes memory names, uint256 length) = (bytes(NAMES), 0);
        while (names[act * NAME_BYTES + length] != " ") ++length;
        bytes memory cut = new bytes(length);
        for (uint256 i = 0; i < length; ++i) cut[i] = names[act * NAME_BYTES + i];
        return string(cut);
    }
}
