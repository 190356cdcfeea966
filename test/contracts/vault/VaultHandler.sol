// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IOptionToken} from "../../../contracts/interfaces/IOptionToken.sol";
import {IPositionSource} from "../../../contracts/interfaces/IPositionSource.sol";
import {MarketValves, SeriesState, TakeOver} from "../../../contracts/types/VaultTypes.sol";
import {Tally} from "../helpers/HandlerStats.sol";
import {MARKET_ID, VaultHandlerBase, World} from "./VaultHandlerBase.sol";

/// @title What writers, holders, liquidators, keepers, guardian, governor, donor, clock, price walker and a hostile quorum
/// may do, with inputs shaped so that most calls succeed; counts every try and every success
contract VaultHandler is VaultHandlerBase {
    enum Act {
        OPEN,
        MINT_MORE,
        ADD,
        REMOVE,
        CLOSE,
        SCORE,
        FLAG,
        UNFLAG,
        BURN,
        TAKE_OVER,
        TRANSFER_LONGS,
        TRANSFER_POSITION,
        DONATE,
        MOVE_PRICE,
        STALL,
        GUARD,
        GOVERN,
        EXPIRE,
        SETTLE,
        REDEEM,
        CLAIM
    }

    uint128 private constant ONE = 1e8;
    uint256 private constant ACTS = uint256(type(Act).max) + 1;
    /// @dev In the order of {Act}.
    string private constant NAMES =
        "open       mintMore   add        remove     close      score      flag       unflag     burn       takeOver   "
        "sendLongs  sendShort  donate     movePrice  stall      guard      govern     expire     settle     redeem     "
        "claim      ";
    uint256 private constant NAME_BYTES = 11;

    mapping(uint256 act => uint128 count) private _tried;
    mapping(uint256 act => uint128 count) private _done;
    mapping(address token => uint256 amount) public donated;

    /// @notice The action has nothing to act on now.
    error NothingToDo();

    constructor(World memory world) VaultHandlerBase(world) {}

    /// @notice Tries and successes of every kind of call.
    function tallies() external view returns (Tally[] memory list) {
        list = new Tally[](ACTS);
        for (uint256 act = 0; act < ACTS; ++act) list[act] = Tally(_nameOf(act), _tried[act], _done[act]);
    }

    /// @notice One step of the campaign. What cannot be done now (no position, no holder, not yet expired) is not counted.
    function step(uint8 act, uint256 a, uint256 b, uint128 c) external {
        uint256 kind = act % ACTS;
        // After expiry only these are left.
        if (block.timestamp > _w.expiry && kind < uint256(Act.DONATE)) kind = uint256(Act.SETTLE) + (b % 3);
        if (!_isPossible(Act(kind), a)) return;
        (uint256 claims, uint256 held) = (_claims(), _collateral());
        ++_tried[kind];
        try this.run(Act(kind), a, b, c) {
            ++_done[kind];
        } catch (bytes memory reason) {
            if (bytes4(reason) == NothingToDo.selector) --_tried[kind];
            return;
        }
        bool mayCredit = kind >= uint256(Act.FLAG) && kind <= uint256(Act.TAKE_OVER) && kind != uint256(Act.UNFLAG);
        _require(_claims() <= claims || mayCredit || kind == uint256(Act.SETTLE), "07 claims grew");
        _require(_claims() >= claims || kind == uint256(Act.CLAIM), "07 claims fell");
        bool isAfter = block.timestamp > _w.expiry;
        _require(!isAfter || kind == uint256(Act.SETTLE) || _collateral() == held, "27 collateral moved after expiry");
    }

    /// @notice Only through {step}.
    function run(Act act, uint256 a, uint256 b, uint128 c) external {
        require(msg.sender == address(this));
        if (act == Act.OPEN) return _open(a, b, c);
        if (act == Act.FLAG) return _flag(a);
        if (act == Act.BURN || act == Act.TAKE_OVER) return _liquidate(act, a, b, c);
        if (act <= Act.UNFLAG) return _change(act, a, b, c);
        if (act == Act.TRANSFER_LONGS) return _transferLongs(a, b, c);
        if (act == Act.TRANSFER_POSITION) return _transferPosition(a, b);
        if (act == Act.DONATE) return _donate(a, c);
        if (act == Act.MOVE_PRICE) return _movePrice(a, b);
        if (act == Act.STALL) return _pass(1 hours + (a % 3 hours));
        if (act == Act.GUARD) return _guard(a, b);
        if (act == Act.GOVERN) return _govern(a, c);
        if (act == Act.EXPIRE) return expire();
        if (act == Act.SETTLE) return _settle(a);
        if (act == Act.REDEEM) return _redeem(a, b, c);
        _claim(a);
    }

    /// @notice Ends the life of all series.
    function expire() public {
        if (block.timestamp >= _w.expiry) return;
        vm.warp(_w.expiry - 1);
        _refresh();
        vm.warp(_w.expiry + 1);
        _refresh();
        (uint80 roundId, , , , ) = _w.feed.latestRoundData();
        _w.settlement.settlePrice(MARKET_ID, _w.expiry, roundId);
    }

    function _isPossible(Act act, uint256 a) private view returns (bool) {
        bool isBefore = block.timestamp < _w.expiry - 1 hours;
        bool isPaused = block.timestamp < _w.vault.pauseState().newRiskUntil;
        if (act == Act.OPEN) return isBefore && !isPaused;
        if (act == Act.EXPIRE) return isBefore && a % 4 == 0;
        if (act == Act.SETTLE || act == Act.REDEEM) return !isBefore && block.timestamp > _w.expiry;
        if (act == Act.CLAIM) return _w.vault.claimable(_token(a), _w.actors[(a >> 8) % 3]) != 0;
        if (act >= Act.TRANSFER_LONGS && act != Act.TRANSFER_POSITION) return isBefore || act == Act.DONATE;
        if (act == Act.MINT_MORE || act == Act.REMOVE) isBefore = isBefore && !isPaused;
        if (act == Act.FLAG || act == Act.BURN || act == Act.TAKE_OVER) {
            isBefore = isBefore && block.timestamp >= _w.vault.pauseState().liquidationUntil;
        }
        return isBefore && _w.vault.positionCount() != 0;
    }

    function _open(uint256 a, uint256 b, uint128 c) private {
        _refresh();
        uint256 seriesId = _w.seriesIds[b % 4];
        uint128 sizeE8 = 1 + (c % (20 * ONE));
        (uint256 required, , ) = _w.vault.requiredCollateral(seriesId, sizeE8);
        vm.prank(_w.actors[a % 3]);
        uint256 id = _w.vault.open(seriesId, sizeE8, uint128(required) + uint128(b % 1e6), _w.actors[c % 3]);
        _require(_w.vault.healthOf(id) >= 1e18, "08 opened unhealthy");
    }

    function _change(Act act, uint256 a, uint256 b, uint128 c) private {
        _refresh();
        (uint256 id, IPositionSource.PositionView memory p) = _pick(a);
        int256 before = _w.vault.healthOf(id);
        if (act == Act.SCORE) {
            uint16 rho = uint16(500 + (c % 7_000));
            return _w.oracle.setParams(address(_w.vault), id, rho, uint16(b % rho));
        }
        if (act == Act.UNFLAG) return _unflag(id, p.flaggedAt != 0);
        // Brought in before a withdrawal, so that there is something above the requirement.
        if (act == Act.REMOVE) {
            vm.prank(p.owner);
            _w.vault.addCollateral(id, p.collateral * 4);
        }
        if (act == Act.CLOSE) return _close(id, p, b, c);
        vm.prank(p.owner);
        if (act == Act.MINT_MORE) _w.vault.mintMore(id, 1 + (c % ONE), 2 * p.collateral + 1e6, p.owner);
        else if (act == Act.ADD) _w.vault.addCollateral(id, 1 + (c % p.collateral));
        else _w.vault.removeCollateral(id, 1 + (c % (p.collateral / 4 + 1)), p.owner);
        if (!_w.vault.describePosition(id).active) return;
        int256 health = _w.vault.healthOf(id);
        _require(health >= 1e18 || health >= before, "10 an owner made it unhealthy");
    }

    /// @dev The closed share at most, so that health cannot fall.
    function _close(uint256 id, IPositionSource.PositionView memory p, uint256 b, uint128 c) private {
        uint128 held = uint128(_w.vault.TOKEN().balanceOf(p.owner, p.seriesId));
        uint128 most = held < p.sizeE8 ? held : p.sizeE8;
        if (most == 0) revert NothingToDo();
        uint128 sizeE8 = b % 4 == 0 ? most : 1 + (c % most);
        int256 before = _w.vault.healthOf(id);
        vm.prank(p.owner);
        _w.vault.close(id, sizeE8, 0);
        if (sizeE8 != p.sizeE8) _require(_w.vault.healthOf(id) >= before, "10 closing lowered health");
    }

    function _unflag(uint256 id, bool isFlagged) private {
        if (!isFlagged) _flagAnew(id);
        _w.oracle.setParams(address(_w.vault), id, 100, 50);
        if (_w.vault.healthOf(id) < 1e18) revert NothingToDo();
        _w.vault.unflag(id);
    }

    function _flag(uint256 a) private {
        _refresh();
        (uint256 id, IPositionSource.PositionView memory p) = _pick(a);
        if (p.flaggedAt != 0) revert NothingToDo();
        _flagAnew(id);
    }

    /// @dev Brings a position into distress first where it is not yet: left to chance that would be too rare.
    function _flagAnew(uint256 id) private {
        if (_w.vault.healthOf(id) >= 1e18) _w.oracle.setParams(address(_w.vault), id, 10_000, 2_000);
        if (_w.vault.healthOf(id) >= 1e18) revert NothingToDo();
        _w.vault.flag(id);
    }

    function _liquidate(Act act, uint256 a, uint256 b, uint128 c) private {
        _refresh();
        (uint256 id, IPositionSource.PositionView memory p) = _pick(a);
        _flagAnew2(id);
        _pass(2 minutes + (c % 50 minutes));
        if (block.timestamp >= _w.expiry) revert NothingToDo();
        int256 health = _w.vault.healthOf(id);
        if (health >= 1e18 || health <= 0) revert NothingToDo();
        bytes32 others = _others(id, 0);
        uint256 into;
        if (act == Act.BURN) {
            (address liquidator, uint128 held) = _holderOf(p.seriesId, b);
            if (held < p.sizeE8) revert NothingToDo();
            vm.prank(liquidator);
            _w.vault.liquidate(id, p.sizeE8, 0, "");
        } else {
            TakeOver memory order;
            (order.positionId, order.maxSizeE8, order.maxTopUp) = (id, p.sizeE8, type(uint128).max);
            vm.prank(_w.actors[b % 3]);
            (into, , ) = _w.vault.takeOver(order);
            _require(_w.vault.healthOf(into) >= 1e18, "23 taken over unhealthy");
        }
        _require(_others(id, into) == others, "24 another position changed");
        if (!_w.vault.describePosition(id).active) return;
        _require(_w.vault.healthOf(id) >= health, "19 health of the rest fell");
    }

    function _flagAnew2(uint256 id) private {
        try _w.vault.unflag(id) {} catch {}
        if (_w.vault.describePosition(id).flaggedAt == 0) return _flagAnew(id);
        // A lapsed flag is renewed; a live one stands.
        try _w.vault.flag(id) {} catch {}
    }

    function _transferLongs(uint256 a, uint256 b, uint128 c) private {
        address from = _w.actors[a % 3];
        uint256 seriesId = _w.seriesIds[b % 4];
        IOptionToken token = _w.vault.TOKEN();
        uint256 held = token.balanceOf(from, seriesId);
        vm.prank(from);
        token.transfer(_w.actors[c % 3], seriesId, (b >> 8) % (held + 1));
    }

    function _transferPosition(uint256 a, uint256 b) private {
        (uint256 id, IPositionSource.PositionView memory p) = _pick(a);
        vm.prank(p.owner);
        _w.vault.offerPosition(id, _w.actors[b % 3]);
        vm.prank(_w.actors[b % 3]);
        _w.vault.acceptPosition(id);
    }

    function _donate(uint256 a, uint128 c) private {
        address token = _token(a);
        donated[token] += c % 1e6;
        vm.prank(_w.actors[c % 3]);
        IERC20(token).transfer(address(_w.vault), c % 1e6);
    }

    /// @dev Within −15…+15 %, now and then a jump to half or double.
    function _movePrice(uint256 a, uint256 b) private {
        uint256 moved = (uint256(priceE8) * (8_500 + (a % 3_000))) / 10_000;
        if (b % 8 == 0) moved = b % 16 == 0 ? moved / 2 : moved * 2;
        moved = moved < 1_000e8 ? 1_000e8 : moved;
        priceE8 = uint64(moved > 1_000_000e8 ? 1_000_000e8 : moved);
        _pass(b % 4 hours);
        _refresh();
    }

    function _guard(uint256 a, uint256 b) private {
        vm.prank(_w.governor);
        if (a % 4 == 0) return _w.vault.pauseNewRisk(uint32(1 + (b % 1 hours)));
        if (a % 4 == 1) return _w.vault.beginCaution(uint32(1 + (b % 1 hours)));
        if (a % 4 == 2) return _w.vault.liftPauses();
        // May be used up: twice a week.
        try _w.vault.pauseLiquidations(uint32(1 + (b % 1 hours))) {} catch {}
    }

    function _govern(uint256 a, uint128 c) private {
        vm.prank(_w.governor);
        if (a % 2 == 0)
            _w.vault.setMarketValves(MARKET_ID, MarketValves(uint64(c), 1e16, uint32(1 hours + (c % 1 days))));
        else _w.vault.updateMarket(MARKET_ID, true, uint80(1 + (c % 1e5)), uint80(1 + (c % 1e8)));
    }

    function _settle(uint256 a) private {
        uint256 count = _w.vault.positionCount();
        uint256[] memory ids = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) ids[i] = 1 + (((a % count) + i) % count);
        _w.vault.settle(ids);
    }

    function _redeem(uint256 a, uint256 b, uint128 c) private {
        uint256 seriesId = _w.seriesIds[b % 4];
        SeriesState memory state = _w.vault.seriesState(seriesId);
        (address holder, uint128 held) = _holderOf(seriesId, a);
        if (state.unsettledCount != 0 || state.priceE8 == 0 || held == 0) revert NothingToDo();
        vm.prank(holder);
        _w.vault.redeem(seriesId, 1 + (c % held), holder);
    }

    function _claim(uint256 a) private {
        (address token, address account) = (_token(a), _w.actors[(a >> 8) % 3]);
        vm.prank(account);
        _w.vault.claim(token, account);
    }

    function _nameOf(uint256 act) private pure returns (string memory name) {
        (bytes memory names, uint256 length) = (bytes(NAMES), 0);
        while (names[act * NAME_BYTES + length] != " ") ++length;
        bytes memory cut = new bytes(length);
        for (uint256 i = 0; i < length; ++i) cut[i] = names[act * NAME_BYTES + i];
        return string(cut);
    }
}
